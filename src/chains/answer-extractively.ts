import type { QuoteRejection } from '../domain/answer.ts';
import type { Span } from '../domain/sentences.ts';
import type { Answerer, AnswererInput } from './answerer.ts';
import { compareInTable } from './evidence/compare-in-table.ts';
import { composeUnit } from './evidence/compose-unit.ts';
import type { RankedUnit } from './evidence/rank-units.ts';
import { selectUnits } from './evidence/select-units.ts';
import { type QuoteText, quoteTextsOf } from './quotes/quote-text.ts';
import { type PassageQuote, verifyQuote } from './quotes/verify-quote.ts';
import { createSentenceGate, type Draft } from './release-sentences.ts';

/** Answers with sentences of the sources themselves, each with its own quote, or with part of a table; never writes a word of its own. */
export const answerExtractively: Answerer = async function* (input, signal) {
  const release = createSentenceGate(input);
  const rejectedQuotes: { text: string; reason: string }[] = [];
  const sources = quoteTextsOf(input.passages);
  for (const { draft, rejected } of draftsOf(input, sources)) {
    signal.throwIfAborted();
    rejectedQuotes.push(...rejected);
    for (const { reason } of rejected) yield { type: 'quote-rejected', reason };
    if (draft) yield* release(draft);
  }
  return { rejectedQuotes };
};

interface ProvenDraft {
  /** Null when one of its quotes was rejected. */
  readonly draft: Draft | null;
  readonly rejected: readonly { text: string; reason: QuoteRejection }[];
}

function draftsOf(input: AnswererInput, sources: readonly QuoteText[]): ProvenDraft[] {
  const table = compareInTable(input);
  // A row needs two quotes: its own and the names of the columns.
  if (!table || input.maxQuotes < 2) {
    const shown = selectUnits(input);
    return shown.map((unit) => draftOfUnit(unit, input, sources, shown));
  }
  const { passage, header, rows } = table;
  return rows.slice(0, input.maxQuotes - 1).map(({ text, spans }) => {
    const { quotes, rejected } = prove({ passage, spans }, input, sources);
    const draft = { text, quotes, isLine: true, kind: 'row', header, isWhole: true } as const;
    return { draft: rejected.length > 0 ? null : draft, rejected };
  });
}

/** A unit as a sentence of an answer, with the quotes that prove it; `sources` are the passages' texts, `shown` all units of the answer. */
export function draftOfUnit(
  unit: RankedUnit,
  input: AnswererInput,
  sources: readonly QuoteText[],
  shown: readonly RankedUnit[] = [unit],
): ProvenDraft {
  const { text, spans } = composeUnit(unit, input.passages[unit.passage]?.text ?? '', shown);
  const { quotes, rejected } = prove({ passage: unit.passage, spans }, input, sources);
  const draft = { text, quotes, isLine: unit.kind !== 'sentence' };
  return { draft: rejected.length > 0 ? null : draft, rejected };
}

function prove(
  { passage, spans }: { readonly passage: number; readonly spans: readonly Span[] },
  { passages }: AnswererInput,
  sources: readonly QuoteText[],
) {
  const quotes: PassageQuote[] = [];
  const rejected: { text: string; reason: QuoteRejection }[] = [];
  for (const { start, end } of spans) {
    const text = passages[passage]?.text.slice(start, end) ?? '';
    const verdict = verifyQuote({ text, passage }, sources);
    if (verdict.verified) quotes.push(...verdict.quotes);
    else rejected.push({ text, reason: verdict.reason });
  }
  return { quotes, rejected };
}
