import { isDeepStrictEqual } from 'node:util';
import type { UnsequencedAnswerEvent, Usage } from '../domain/answer.ts';
import type { ChatMessage, ChatModel } from '../models/chat-model.ts';
import type { Answerer, AnswererInput, AnswererResult } from './answerer.ts';
import { createSentenceJudge } from './ground/judge-sentence.ts';
import { fence, type Prompts } from './prompts/load-prompts.ts';
import { plainText } from './quotes/plain-text.ts';
import { type QuoteText, toQuoteText } from './quotes/quote-text.ts';
import { type PassageQuote, type QuoteClaim, verifyQuote } from './quotes/verify-quote.ts';
import { type CitedSentence, createCitedSentenceReader } from './read-cited-sentences.ts';
import { createQuoteLineReader } from './read-quote-lines.ts';
import { createSentenceGate, type SentenceGate } from './release-sentences.ts';

export interface ModelAnswererDeps {
  readonly chat: ChatModel;
  readonly prompts: Pick<Prompts, 'selectQuotes' | 'writeAnswer' | 'judgeSentence'>;
  /** Second judge of each sentence; without one words alone decide. */
  readonly judge?: ChatModel | null;
}

const quotesAsked = 8;
const quoteTokens = 1200;
const answerTokens = 900;
/** A model that goes on after this many sentences has lost the question. */
const mostSentences = 20;
const mostClaims = 24;

/**
 * Cite, then answer: the model first names verbatim quotes, each of which is aligned with its passage; then it writes from
 * the verified ones only, and each sentence passes the gate before it is shown. Throws what the chat model throws.
 */
export function createModelAnswerer({ chat, prompts, judge }: ModelAnswererDeps): Answerer {
  return async function* (input, signal) {
    const usage = { inputTokens: 0, outputTokens: 0 };
    const rejectedQuotes: { text: string; reason: string }[] = [];
    const result: AnswererResult = { usage, rejectedQuotes };
    const read = (messages: ChatMessage[], maxTokens: number) => readText({ chat, messages, maxTokens, usage }, signal);

    const quotes: VerifiedClaim[] = [];
    const sources = input.passages.map((passage) => toQuoteText(passage.text));
    let claims = 0;
    for await (const claim of readClaims(read(prompts.selectQuotes.render(quoteValues(input)), quoteTokens))) {
      claims += 1;
      const event = takeClaim(claim, { sources, quotes, rejectedQuotes });
      if (event) yield event;
      if (quotes.length >= input.maxQuotes || claims >= mostClaims) break;
    }
    if (quotes.length === 0) return result;

    const onUsage = (spent: Usage) => addUsage(usage, spent);
    const second = judge
      ? { judge: createSentenceJudge({ chat: judge, prompt: prompts.judgeSentence, onUsage }), signal }
      : null;
    const release = createSentenceGate(input, second);
    const reply = read(prompts.writeAnswer.render(answerValues(input, quotes)), answerTokens);
    let sentences = 0;
    for await (const sentence of readSentences(reply)) {
      yield* releaseCited(sentence, quotes, release);
      sentences += 1;
      if (sentences >= mostSentences) break;
    }
    return result;
  };
}

interface Reading {
  readonly chat: ChatModel;
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  /** Counts up. */
  readonly usage: { -readonly [K in keyof Usage]: Usage[K] };
}

async function* readText({ chat, messages, maxTokens, usage }: Reading, signal: AbortSignal): AsyncGenerator<string> {
  for await (const chunk of chat.stream({ messages, maxTokens }, signal)) {
    if (chunk.type === 'text') yield chunk.text;
    else addUsage(usage, chunk.usage);
  }
}

function addUsage(usage: Reading['usage'], { inputTokens, outputTokens }: Usage): void {
  usage.inputTokens += inputTokens;
  usage.outputTokens += outputTokens;
}

async function* readClaims(reply: AsyncIterable<string>): AsyncGenerator<QuoteClaim> {
  const reader = createQuoteLineReader();
  for await (const text of reply) yield* reader.push(text);
  yield* reader.finish();
}

async function* readSentences(reply: AsyncIterable<string>): AsyncGenerator<CitedSentence> {
  const reader = createCitedSentenceReader();
  for await (const text of reply) yield* reader.push(text);
  yield* reader.finish();
}

/** What a model hears of under one number: one quote, or the pieces of one with an ellipsis. */
type VerifiedClaim = readonly PassageQuote[];

interface Verification {
  readonly sources: readonly QuoteText[];
  /** Verified so far; a new one is added. */
  readonly quotes: VerifiedClaim[];
  readonly rejectedQuotes: { text: string; reason: string }[];
}

/** Verifies a claim; the event of a rejection, or null. Names of passages that do not exist count as none. */
function takeClaim(
  claim: QuoteClaim,
  { sources, quotes, rejectedQuotes }: Verification,
): UnsequencedAnswerEvent | null {
  const passage = claim.passage !== null && sources[claim.passage] ? claim.passage : null;
  const verdict = verifyQuote({ text: claim.text, passage }, sources);
  if (!verdict.verified) {
    rejectedQuotes.push({ text: claim.text, reason: verdict.reason });
    return { type: 'quote-rejected', reason: verdict.reason };
  }
  if (!quotes.some((known) => isDeepStrictEqual(known, verdict.quotes))) quotes.push(verdict.quotes);
  return null;
}

async function* releaseCited(
  { text, citations, isLine }: CitedSentence,
  quotes: readonly VerifiedClaim[],
  release: SentenceGate,
): AsyncGenerator<UnsequencedAnswerEvent> {
  if (/^\W*none\W*$/i.test(text)) return;
  yield* release({ text, isLine, quotes: citations.flatMap((number) => quotes[number - 1] ?? []) });
}

function quoteValues({ question, passages, maxQuotes }: AnswererInput): Record<string, string> {
  const fenced = passages.map((passage, index) =>
    fence('passage', `number="${index + 1}" title=${JSON.stringify(titleOf(passage))}`, passage.text),
  );
  return { question, passages: fenced.join('\n\n'), maxQuotes: String(Math.min(quotesAsked, maxQuotes)) };
}

function answerValues(
  { question, passages, locale }: AnswererInput,
  quotes: readonly VerifiedClaim[],
): Record<string, string> {
  const fenced = quotes.map((pieces, index) => {
    const source = passages[pieces[0]?.passage ?? -1];
    const details = `number="${index + 1}" title=${JSON.stringify(source ? titleOf(source) : '')} updated="${source?.updatedAt.slice(0, 10) ?? ''}"`;
    const texts = pieces.map(({ start, end }) => plainText(source?.text.slice(start, end) ?? ''));
    return fence('quote', details, texts.join(' … '));
  });
  return { question, quotes: fenced.join('\n'), locale: locale ? ` (the asker's is ${locale})` : '' };
}

function titleOf({ title, headingPath }: AnswererInput['passages'][number]): string {
  return [title, ...headingPath.filter((heading) => heading !== title)].join(' > ').replace(/[<>]/g, ' ');
}
