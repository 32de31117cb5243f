import { failingCondition } from '../domain/describe-filter.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { DocumentId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Retrieval, Retrieve, ScoredPassage } from '../retrieve/retrieve.ts';
import type { DocumentStore } from '../store/documents.ts';
import { documentNotFound } from './document-details.ts';

interface AbsenceQuestion {
  readonly query: string;
  readonly limit: number;
  readonly filter: FilterClause | null;
  readonly principal: Principal;
  readonly document: DocumentId;
  /** What the search gave. */
  readonly retrieval: Retrieval;
}

interface Absence {
  readonly step: 'none' | 'publish' | 'filter' | 'search' | 'rank';
  readonly detail: string;
}

const ranksShown = 200;

/** At which step a document fell out of a search, by asking the same ranking again. Throws NOT_FOUND for a document that the caller may not see. */
export async function explainAbsence(
  { retrieve, documents }: { retrieve: Retrieve; documents: Pick<DocumentStore, 'get'> },
  question: AbsenceQuestion,
  signal: AbortSignal,
): Promise<Absence> {
  const { query, limit, filter, principal, document: documentId } = question;
  const document = await documents.get(principal, documentId);
  if (!document) throw documentNotFound();
  const rank = rankOf(question.retrieval.passages, documentId);
  if (rank > 0) return { step: 'none', detail: `It is there, at rank ${rank}.` };
  if (document.version === null)
    return { step: 'publish', detail: `No version is searchable yet; the document is ${document.state}.` };
  const mismatch = filter && failingCondition(filter, { ...document, documentId });
  if (mismatch) return { step: 'filter', detail: mismatch };

  const search = { queries: [query], principal, tokenBudget: null };
  const itself: FilterClause = { kind: 'condition', field: 'documentId', operator: 'eq', value: documentId };
  const alone = await retrieve({ ...search, filter: itself, limit: 1 }, signal);
  const best = alone.passages[0];
  if (!best) return { step: 'search', detail: 'No passage of it shares a word with the query or is near in meaning.' };
  const more = await retrieve({ ...search, filter, limit: ranksShown }, signal);
  const place = rankOf(more.passages, documentId);
  const scores = `its best passage has ${describeScores(best)}; the last one shown has ${describeScores(question.retrieval.passages.at(-1))}`;
  const where = place > 0 ? `It ranks ${place}, and ${limit} were asked for` : `It is not among the best ${ranksShown}`;
  return { step: 'rank', detail: `${where}: ${scores}.` };
}

function rankOf(passages: readonly ScoredPassage[], document: DocumentId): number {
  return passages.findIndex((passage) => passage.documentId === document) + 1;
}

function describeScores(passage: ScoredPassage | undefined): string {
  if (!passage) return 'no score';
  const dense = passage.dense === null ? 'no vector' : `cosine ${passage.dense.toFixed(3)}`;
  const sparse = passage.sparse === null ? 'no words in common' : `BM25 ${passage.sparse.toFixed(2)}`;
  return `${dense} and ${sparse}`;
}
