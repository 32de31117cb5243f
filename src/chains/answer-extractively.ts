import type { QuoteRejection } from '../domain/answer.ts';
import type { Answerer, AnswererInput } from './answerer.ts';
import { composeUnit } from './evidence/compose-unit.ts';
import type { RankedUnit } from './evidence/rank-units.ts';
import { selectUnits } from './evidence/select-units.ts';
import { type QuoteText, toQuoteText } from './quotes/quote-text.ts';
import { type PassageQuote, verifyQuote } from './quotes/verify-quote.ts';
import { createSentenceGate, type Draft } from './release-sentences.ts';

/** Answers with sentences of the sources themselves, each with its own quote; never writes a word of its own. */
export const answerExtractively: Answerer = async function* (input, signal) {
  const release = createSentenceGate(input);
  const rejectedQuotes: { text: string; reason: string }[] = [];
  const sources = input.passages.map((passage) => toQuoteText(passage.text));
  for (const unit of selectUnits(input)) {
    signal.throwIfAborted();
    const { draft, rejected } = draftOfUnit(unit, input, sources);
    rejectedQuotes.push(...rejected);
    for (const { reason } of rejected) yield { type: 'quote-rejected', reason };
    if (draft) yield* release(draft);
  }
  return { usage: { inputTokens: 0, outputTokens: 0 }, rejectedQuotes };
};

interface UnitDraft {
  /** Null when one of its quotes was rejected. */
  readonly draft: Draft | null;
  readonly rejected: readonly { text: string; reason: QuoteRejection }[];
}

/** A unit as a sentence of an answer, with the quotes that prove it; `sources` are the passages' texts. */
export function draftOfUnit(unit: RankedUnit, input: AnswererInput, sources: readonly QuoteText[]): UnitDraft {
  const passage = input.passages[unit.passage]?.text ?? '';
  const composed = composeUnit(unit, passage);
  const quotes: PassageQuote[] = [];
  const rejected: { text: string; reason: QuoteRejection }[] = [];
  for (const { start, end } of composed.spans) {
    const text = passage.slice(start, end);
    const verdict = verifyQuote({ text, passage: unit.passage }, sources);
    if (verdict.verified) quotes.push(...verdict.quotes);
    else rejected.push({ text, reason: verdict.reason });
  }
  const draft = { text: composed.text, quotes, isLine: unit.kind !== 'sentence' };
  return { draft: rejected.length > 0 ? null : draft, rejected };
}
