import { alignPieces, foldQuote } from '../../src/chains/quotes/align-pieces.ts';
import { toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import type { PlacedCase } from '../case.ts';
import type { CorpusText } from './corpus-texts.ts';
import { type Finding, findingOf } from './lint.ts';

interface Wanted {
  readonly file: string;
  readonly line: number;
  /** Null: the document alone is named. */
  readonly quote: string | null;
}

/**
 * Gathers what cases say of documents, then looks whether the corpus has them: each gold and each forbidden document, and in it each gold quote by the product's own
 * aligner, so that marks, line ends and cell borders do not count and a changed word does.
 */
export function createQuoteLint() {
  const wanted = new Map<string, Wanted[]>();
  const want = (doc: string, entry: Wanted) => {
    const list = wanted.get(doc);
    if (list) list.push(entry);
    else wanted.set(doc, [entry]);
  };
  const named = (id: string) => (wanted.has(id) ? id : withoutExtension(id));
  return {
    gather({ case: { gold_docs, gold_quotes, forbidden_docs = [] }, file, line }: PlacedCase): void {
      for (const id of forbidden_docs) want(id, { file, line, quote: null });
      for (const { id, grade } of gold_docs) if (grade > 0) want(id, { file, line, quote: null });
      for (const gold of gold_quotes)
        for (const { doc, quote } of [gold, ...gold.alternatives]) want(doc, { file, line, quote });
    },
    isWanted: (id: string) => wanted.has(named(id)),
    /** Takes each document once. */
    look({ id, text }: CorpusText): Finding[] {
      const doc = named(id);
      const entries = wanted.get(doc) ?? [];
      wanted.delete(doc);
      // What stands there letter by letter is found, also where it is cut inside a word, which an answer may not do.
      const unsure = entries.filter((entry) => entry.quote !== null && !text.includes(entry.quote));
      if (unsure.length === 0) return [];
      const source = toQuoteText(text);
      return unsure
        .filter(({ quote }) => alignPieces(foldQuote(quote ?? ''), source) === null)
        .map((place) => findingOf('quote-not-found', place, `${doc} does not hold “${place.quote}”`));
    },
    /** What no document answered to. */
    finish: (): Finding[] =>
      [...wanted].flatMap(([doc, entries]) =>
        entries
          .filter(
            ({ line, file }, index) => entries.findIndex((one) => one.line === line && one.file === file) === index,
          )
          .map((place) => findingOf('document-not-found', place, `the corpus has no ${doc}`)),
      ),
  };
}

/** Sets name a file without the end of its name too. */
function withoutExtension(id: string): string {
  return id.replace(/\.[^./]+$/, '');
}
