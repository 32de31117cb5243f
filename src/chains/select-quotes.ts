import { isDeepStrictEqual } from 'node:util';
import type { QuoteRejection, UnsequencedAnswerEvent } from '../domain/answer.ts';
import type { ChatRequest } from '../models/chat-model.ts';
import type { AnswererInput } from './answerer.ts';
import { fence, type Prompts } from './prompts/load-prompts.ts';
import { type QuoteText, quoteTextsOf } from './quotes/quote-text.ts';
import { type PassageQuote, type QuoteClaim, verifyQuote } from './quotes/verify-quote.ts';
import { createQuoteReader, quotesSchema } from './read-quotes.ts';
import { titleOf } from './title-of.ts';

/** What a model hears of under one number: one quote, or the pieces of one with an ellipsis. */
export type VerifiedClaim = readonly PassageQuote[];

export interface RejectedClaim extends QuoteClaim {
  readonly reason: QuoteRejection;
}

export interface SelectedQuotes {
  readonly quotes: readonly VerifiedClaim[];
  readonly rejected: readonly RejectedClaim[];
  /** Whether the model was asked a second time. */
  readonly isRepaired: boolean;
}

export interface SelectQuotesDeps {
  readonly prompts: Pick<Prompts, 'selectQuotes' | 'repairQuotes'>;
  /** Streams one reply of the chat model. */
  readonly read: (request: ChatRequest) => AsyncIterable<string>;
}

const quotesAsked = 8;
const maxTokens = 1200;
const mostClaims = 24;
/** What a repair is told of. */
const mostRejectionsTold = 8;
const longestRejectionTold = 600;

const explanations: Readonly<Record<QuoteRejection, string>> = {
  'not-found': 'no passage says it',
  altered: 'its words, numbers or signs differ from the passage, or what it leaves out would change the meaning',
  'too-short': 'fewer than three words',
  'wrong-passage': 'several passages say it, and not the one that was named',
};

/**
 * Has a chat model name quotes and verifies each. When none is left, or fewer than were thrown away, the model is told once which ones and
 * why, and what it then names is added. Yields the events of the rejections; throws what the chat model throws.
 */
export async function* selectQuotes(
  { prompts, read }: SelectQuotesDeps,
  input: AnswererInput,
): AsyncGenerator<UnsequencedAnswerEvent, SelectedQuotes> {
  const sources = quoteTextsOf(input.passages);
  const verification: Verification = { sources, mostQuotes: input.maxQuotes, quotes: [], rejected: [] };
  const values = valuesOf(input);
  const ask = (messages: ChatRequest['messages']) =>
    takeClaims(readClaims(read({ messages, maxTokens, schema: quotesSchema })), verification);
  yield* ask(prompts.selectQuotes.render(values));
  const { quotes, rejected } = verification;
  const isRepaired = rejected.length > quotes.length;
  if (isRepaired) yield* ask(prompts.repairQuotes.render({ ...values, rejected: tell(rejected) }));
  return { quotes, rejected, isRepaired };
}

interface Verification {
  readonly sources: readonly QuoteText[];
  readonly mostQuotes: number;
  /** Verified so far; new ones are added, as to `rejected`. */
  readonly quotes: VerifiedClaim[];
  readonly rejected: RejectedClaim[];
}

async function* readClaims(reply: AsyncIterable<string>): AsyncGenerator<QuoteClaim> {
  const reader = createQuoteReader();
  for await (const text of reply) yield* reader.push(text);
  yield* reader.finish();
}

/** Takes the claims of one reply. Names of passages that do not exist count as none; what is said again in a reply is taken once. */
async function* takeClaims(
  claims: AsyncIterable<QuoteClaim>,
  { sources, mostQuotes, quotes, rejected }: Verification,
): AsyncGenerator<UnsequencedAnswerEvent> {
  const seen = new Set<string>();
  let count = 0;
  for await (const { text, passage: named } of claims) {
    count += 1;
    const passage = named !== null && sources[named] ? named : null;
    const key = `${passage} ${text}`;
    const verdict = seen.has(key) ? null : verifyQuote({ text, passage }, sources);
    seen.add(key);
    if (verdict && !verdict.verified) {
      rejected.push({ text, passage, reason: verdict.reason });
      yield { type: 'quote-rejected', reason: verdict.reason };
    } else if (verdict && !quotes.some((known) => isDeepStrictEqual(known, verdict.quotes)))
      quotes.push(verdict.quotes);
    if (quotes.length >= mostQuotes || count >= mostClaims) return;
  }
}

function valuesOf({ question, passages, maxQuotes }: AnswererInput): Record<string, string> {
  const fenced = passages.map((passage, index) =>
    fence('passage', `number="${index + 1}" title=${JSON.stringify(titleOf(passage))}`, passage.text),
  );
  return { question, passages: fenced.join('\n\n'), maxQuotes: String(Math.min(quotesAsked, maxQuotes)) };
}

function tell(rejected: readonly RejectedClaim[]): string {
  return rejected
    .slice(0, mostRejectionsTold)
    .map(({ text, passage, reason }) => {
      const named = passage === null ? 'none' : passage + 1;
      return fence('quote', `passage="${named}" reason="${explanations[reason]}"`, text.slice(0, longestRejectionTold));
    })
    .join('\n');
}
