import type { AnswerEvent, Quote } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { Client } from './client.ts';
import { type FilterOptions, filterOf } from './filter-option.ts';
import type { Output } from './output.ts';
import { expansionWords } from './search.ts';

interface AskOptions extends FilterOptions {
  readonly events: boolean;
  readonly conversation?: string | undefined;
  readonly mode?: string | undefined;
  readonly expand: boolean;
}

/** Streams the answer, then its quotes. Resolves to the exit code: 0 answered, 4 refused. */
export async function ask(
  { client, output, signal }: { client: Client; output: Output; signal: AbortSignal },
  question: string,
  options: AskOptions,
): Promise<number> {
  const body = {
    question,
    stream: true,
    expand: options.expand,
    ...(options.conversation ? { conversationId: options.conversation } : {}),
    ...(options.mode ? { mode: options.mode } : {}),
    ...filterOf(options),
  };
  const quotes: Quote[] = [];
  let draft = '';
  let conversation = '';
  for await (const event of client.stream<AnswerEvent>('/v1/answers', body, signal)) {
    if (event.type === 'answer-failed') throw new AppError(event.error.code, event.error.detail);
    if (options.events) {
      output.line(JSON.stringify(event));
    } else if (output.json) {
      if (event.type === 'answer-finished' || event.type === 'answer-refused') output.result(event, () => '');
    } else {
      if (event.type === 'quote-verified') quotes.push(event);
      if (event.type === 'answer-started') conversation = event.conversationId;
      if (event.type === 'text-delta') draft += event.text;
      if (event.type === 'sentence-withheld') draft = '';
      if (event.type === 'sentence-finished') {
        // What stands before a sentence tells a list, a table and a listing from running text.
        output.write(`${/^\s*/.exec(draft)?.[0] ?? ''}${event.text}${citations(event.citations, event.text)}`);
        draft = '';
      }
      if (event.type === 'question-expanded') output.note(expansionWords(event));
      if (event.type === 'step-degraded' && event.to !== 'partial')
        output.note(`note: ${event.step} fell back to ${event.to} (${event.cause})`);
      if (event.type === 'answer-finished') {
        printQuotes(output, quotes, event);
        output.note(`go on with: footnote ask --conversation ${conversation} "…"`);
      }
    }
    if (event.type === 'answer-refused') {
      if (!options.events && !output.json) printRefusal(output, event);
      return 4;
    }
  }
  return 0;
}

function citations(numbers: readonly number[], text: string): string {
  const missing = numbers.filter((number) => !text.includes(`[${number}]`));
  if (missing.length === 0) return '';
  // Behind a fence on its own line, which ends a listing.
  return `${/(?:^|\n)[`~]{3,}$/.test(text) ? '\n' : ' '}${missing.map((number) => `[${number}]`).join('')}`;
}

type Finished = Extract<AnswerEvent, { type: 'answer-finished' }>;

function printQuotes(output: Output, quotes: readonly Quote[], { confidence, partial }: Finished): void {
  output.line();
  for (const quote of quotes) {
    output.line();
    output.line(`${output.style.accent(`[${quote.number}]`)} “${quote.text.replace(/\s+/g, ' ')}”`);
    output.line(output.style.dim(`    ${placeOf(quote)}`));
    if (quote.reviewed) output.line(output.style.dim(`    reviewed answer, from ${titlesOf(quote.reviewed)}`));
  }
  output.line();
  const mark = partial ? ', incomplete: the model failed on the way' : '';
  output.line(output.style.dim(`confidence ${confidence.toFixed(2)}${mark}`));
}

function titlesOf({ sources }: NonNullable<Quote['reviewed']>): string {
  return sources.map(({ title, uri }) => (uri ? `${title} ${uri}` : title)).join(', ');
}

/** Title, heading path and place: page where there is one, and the characters of the parsed text. */
function placeOf({ title, headingPath, page, start, end, uri }: Quote): string {
  const path = [title, ...headingPath.filter((heading) => heading !== title)].join(' › ');
  const place = `${page === null ? '' : `page ${page}, `}characters ${start}-${end}`;
  return `${path} (${place})${uri ? ` ${uri}` : ''}`;
}

function printRefusal(output: Output, event: Extract<AnswerEvent, { type: 'answer-refused' }>): void {
  output.line(event.message);
  if (event.clarifyingQuestion) output.line(event.clarifyingQuestion);
  if (event.nearest.length > 0) {
    output.line();
    output.line('Nearest documents:');
    for (const { title, uri } of event.nearest) output.line(`  ${title}${uri ? output.style.dim(`  ${uri}`) : ''}`);
  }
}
