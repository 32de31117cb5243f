import type { Answerer, AnswererInput } from './answerer.ts';
import { composeUnit } from './evidence/compose-unit.ts';
import { selectUnits } from './evidence/select-units.ts';
import { toQuoteText } from './quotes/quote-text.ts';
import { type PassageQuote, verifyQuote } from './quotes/verify-quote.ts';
import { createSentenceGate, type Draft } from './release-sentences.ts';

/** Answers with sentences of the sources themselves, each with its own quote; never writes a word of its own. */
export const answerExtractively: Answerer = async function* (input, signal) {
  const release = createSentenceGate(input);
  const rejectedQuotes: { text: string; reason: string }[] = [];
  const sources = input.passages.map((passage) => toQuoteText(passage.text));
  for (const unit of selectUnits(input)) {
    signal.throwIfAborted();
    const composed = composeUnit(unit, input.passages[unit.passage]?.text ?? '');
    const quotes: PassageQuote[] = [];
    for (const span of composed.spans) {
      const text = input.passages[unit.passage]?.text.slice(span.start, span.end) ?? '';
      const verdict = verifyQuote({ text, passage: unit.passage }, sources);
      if (verdict.verified) quotes.push(...verdict.quotes);
      else {
        rejectedQuotes.push({ text, reason: verdict.reason });
        yield { type: 'quote-rejected', reason: verdict.reason };
      }
    }
    if (quotes.length < composed.spans.length) continue;
    yield* release(toDraft(composed.text, quotes, unit.kind));
  }
  return { usage: { inputTokens: 0, outputTokens: 0 }, rejectedQuotes };
};

function toDraft(text: string, quotes: readonly PassageQuote[], kind: AnswererInput['units'][number]['kind']): Draft {
  return { text, quotes, isLine: kind !== 'sentence' };
}
