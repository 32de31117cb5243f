import type { Grades } from '../../../src/retrieve/metrics/ranking.ts';
import type { Answered, Score } from '../../metric.ts';
import { na, okOrNa } from '../score.ts';

/** Names of the documents of the retrieved passages, best first, each once: ranks count documents, not passages. */
export function rankedDocuments({ answer }: Answered): string[] {
  return [...new Set(answer.retrieved.map(({ document }) => document))];
}

/**
 * Grades of the gold documents by name. Where the case names none, the documents of its gold quotes count 1 each; null where neither says
 * which documents are needed, as when one quote may come from any of several.
 */
export function gradesOf({ case: { gold_docs, gold_quotes } }: Answered): Grades | null {
  if (gold_docs.length > 0) return new Map(gold_docs.map(({ id, grade }) => [id, grade]));
  const places = gold_quotes.map(({ doc, alternatives }) => new Set([doc, ...alternatives.map((other) => other.doc)]));
  if (places.length === 0 || places.some(({ size }) => size > 1)) return null;
  return new Map(places.flatMap((docs) => [...docs].map((doc) => [doc, 1])));
}

/** Why the retrieval of an answer cannot be judged at all; null where it can. A refusal can. */
export function unjudgedRetrieval({ case: { answerable }, answer }: Answered): Score | null {
  if (answerable === false) return na('nothing answers the question');
  if (answer.retrieved.length === 0 && answer.events.length === 0)
    return na('the target does not tell what it retrieved');
  return null;
}

type RankingFormula = (ranked: readonly string[], grades: Grades) => number | null;

/** A score by documents, `na` without a gold document. */
export function scoreRanking(answered: Answered, formula: RankingFormula): Score {
  const unjudged = unjudgedRetrieval(answered);
  if (unjudged) return unjudged;
  const grades = gradesOf(answered);
  if (!grades) return na('the case names no gold document');
  return okOrNa(formula(rankedDocuments(answered), grades), 'no gold document has a grade above 0');
}
