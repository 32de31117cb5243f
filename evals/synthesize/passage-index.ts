import { analyze } from '../../src/models/sparse/analyze.ts';
import { encodeDocument, encodeQuestion } from '../../src/models/sparse/encode.ts';
import type { SourceDocument, SourcePassage } from './documents.ts';

/** A passage with its document and its place among all. */
export interface IndexedPassage extends SourcePassage {
  readonly number: number;
  readonly document: SourceDocument;
}

export interface PassageIndex {
  readonly passages: readonly IndexedPassage[];
  /** From 1, by BM25 (Robertson and Zaragoza 2009) as the product's index computes it; null where the passage has no word of the question. */
  rankOf(question: string, passage: number): number | null;
  /** Whether any passage has all terms of a text. */
  isHeld(text: string): boolean;
}

/** BM25 over all passages of the documents, in memory. */
export function indexPassages(documents: readonly SourceDocument[]): PassageIndex {
  const passages = documents
    .flatMap((document) => document.passages.map((passage) => ({ ...passage, document })))
    .map((passage, number) => ({ ...passage, number }));
  const postings = new Map<number, { passage: number; weight: number }[]>();
  const terms = new Map<string, Set<number>>();
  for (const { number, document, text, headingPath } of passages) {
    const { indices, values } = encodeDocument({ title: document.title, headingPath, text, language: null });
    for (const [at, term] of indices.entries()) append(postings, term, { passage: number, weight: values[at] ?? 0 });
    for (const term of analyze([document.title, ...headingPath, text].join('\n')))
      (terms.get(term.text) ?? terms.set(term.text, new Set()).get(term.text))?.add(number);
  }
  return {
    passages,
    rankOf(question, passage) {
      const scores = new Map<number, number>();
      for (const term of encodeQuestion(question).indices) {
        const list = postings.get(term) ?? [];
        const idf = Math.log(1 + (passages.length - list.length + 0.5) / (list.length + 0.5));
        for (const entry of list) scores.set(entry.passage, (scores.get(entry.passage) ?? 0) + idf * entry.weight);
      }
      const own = scores.get(passage);
      if (own === undefined) return null;
      return 1 + [...scores].filter(([other, score]) => score > own || (score === own && other < passage)).length;
    },
    isHeld(text) {
      const sets = [...new Set(analyze(text).map((term) => term.text))].map((term) => terms.get(term) ?? new Set());
      const [smallest, ...others] = sets.sort((one, other) => one.size - other.size);
      return smallest !== undefined && [...smallest].some((number) => others.every((set) => set.has(number)));
    },
  };
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
