import { failingCondition } from '../domain/describe-filter.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { DocumentId } from '../domain/ids.ts';
import { grantsOf, type Principal } from '../domain/principal.ts';
import type { DocumentStanding, DocumentStore } from '../store/documents.ts';
import { chooseDocument } from './choose-document.ts';
import { explainPassages, type LookUpFrequencies } from './explain-passages.ts';
import type { DroppedPassage, Retrieval, Retrieve, RetrieveInput, ScoredPassage } from './retrieve.ts';

/** In the order in which they are looked at; `none`: it was found. */
export const absenceSteps = [
  'none',
  'deleted',
  'permission',
  'publish',
  'filter',
  'search',
  'fold',
  'pack',
  'embed',
  'rank',
] as const;
export type AbsenceStep = (typeof absenceSteps)[number];

/** One side of the search: what the document's best passage has there, and what the last passage shown has. Null: no score on that side. */
export interface SideStanding {
  readonly score: number | null;
  /** Place among the passages that were looked at, from 1. */
  readonly rank: number | null;
  readonly lastShown: number | null;
}

export interface Standing {
  readonly score: number;
  readonly lastShown: number | null;
  readonly dense: SideStanding;
  readonly sparse: SideStanding;
  /** Terms of the question that its best passage lacks, rarest first. */
  readonly missingTerms: readonly string[];
}

/** At which step a document fell out of a search. */
export interface Absence {
  readonly documentId: DocumentId;
  readonly title: string;
  readonly step: AbsenceStep;
  readonly detail: string;
  /** Place of its best passage, from 1; null when it is not among the best 200. */
  readonly rank: number | null;
  /** Null where it never came to a ranking. */
  readonly standing: Standing | null;
}

export interface AbsencePorts {
  readonly retrieve: Retrieve;
  readonly documents: Pick<DocumentStore, 'find'>;
  readonly lookUp: LookUpFrequencies;
}

export interface AbsenceQuestion {
  /** What was searched, and as whom. */
  readonly input: RetrieveInput;
  readonly retrieval: Retrieval;
  /** An id or the beginning of one, external id, URI or title. */
  readonly reference: string;
  /** Who wants to know; only an administrator learns of documents that the searcher may not read. */
  readonly asker: Principal;
}

const ranksLookedAt = 200;

/**
 * At which step a document fell out of a search, by asking the same ranking again. Throws NOT_FOUND for a document that the asker may not
 * see, INVALID_REQUEST when the reference names several.
 */
export async function explainAbsence(
  ports: AbsencePorts,
  question: AbsenceQuestion,
  signal: AbortSignal,
): Promise<Absence> {
  const { input, retrieval, reference, asker } = question;
  const document = chooseDocument(await ports.documents.find(asker, reference), reference, 'whyNot');
  const { id: documentId, title } = document;
  const rank = rankOf(retrieval.passages, documentId);
  if (rank !== null)
    return { documentId, title, step: 'none', detail: `It is there, at rank ${rank}.`, rank, standing: null };
  const before = findBeforeRanking(document, input);
  return before
    ? { documentId, title, ...before, rank: null, standing: null }
    : { documentId, title, ...(await findInRanking(ports, { question, document }, signal)) };
}

/** What needs no search to be known. */
function findBeforeRanking(
  document: DocumentStanding,
  { principal, filter }: RetrieveInput,
): Pick<Absence, 'step' | 'detail'> | null {
  if (document.deletedAt !== null) return { step: 'deleted', detail: `It was deleted at ${document.deletedAt}.` };
  if (!mayRead(principal, document))
    return {
      step: 'permission',
      detail: `It is open to ${document.acl.join(', ')}; the searcher has ${principal.grants.join(', ') || 'no such entry'}.`,
    };
  if (document.version === null) return { step: 'publish', detail: describeUnpublished(document) };
  const failed = filter && failingCondition(filter, { ...document, documentId: document.id });
  return failed ? { step: 'filter', detail: failed } : null;
}

function mayRead(principal: Principal, { acl }: DocumentStanding): boolean {
  const grants = grantsOf(principal);
  return grants === null || acl.length === 0 || acl.some((entry) => grants.includes(entry));
}

function describeUnpublished({ state, error }: DocumentStanding): string {
  if (error) return `It could not be read: ${error.detail} (${error.code})`;
  if (state === 'processing') return 'It is being read; no version is searchable yet.';
  return 'It waits to be read; no version is searchable yet.';
}

async function findInRanking(
  ports: AbsencePorts,
  { question, document }: { question: AbsenceQuestion; document: DocumentStanding },
  signal: AbortSignal,
): Promise<Pick<Absence, 'step' | 'detail' | 'rank' | 'standing'>> {
  const { input, retrieval } = question;
  const place = await findPlace(ports.retrieve, { question, documentId: document.id }, signal);
  if (!place)
    return {
      step: 'search',
      detail: 'No passage of it shares a word with the question or is near in meaning.',
      rank: null,
      standing: null,
    };
  const { best, rank } = place;
  const asked = { query: input.queries[0] ?? '', tenant: input.principal.tenantId };
  const explained = await explainPassages(ports.lookUp, asked, [best]);
  const missingTerms = (explained.get(best.id)?.missing ?? []).map(({ term }) => term);
  const standing = { ...standingOf(place, retrieval), missingTerms };
  const dropped =
    findDropped(retrieval, document.id, 'fold') ?? findDropped(retrieval, document.id, 'pack') ?? waiting(document);
  const scores = describeStanding(standing);
  if (dropped) return { step: dropped.step, detail: `${dropped.detail} ${scores}`, rank, standing };
  const where =
    rank === null
      ? `It is not among the best ${ranksLookedAt}.`
      : `It ranks ${rank}; the best ${input.limit === 1 ? 'one was' : `${input.limit} were`} asked for.`;
  return { step: 'rank', detail: `${where} ${scores}`, rank, standing };
}

/** The document's best passage among what was ranked. */
interface Place {
  readonly best: ScoredPassage;
  /** Null when it was taken out or stands below all of `ranked`. */
  readonly rank: number | null;
  readonly ranked: readonly ScoredPassage[];
}

/** In the search itself; else, in the same words, in one that looks further down; else in the document alone. Null: not found by either side. */
async function findPlace(
  retrieve: Retrieve,
  { question, documentId }: { question: AbsenceQuestion; documentId: DocumentId },
  signal: AbortSignal,
): Promise<Place | null> {
  const { input, retrieval } = question;
  const known = placeIn(retrieval, documentId);
  if (known) return known;
  const { expansion } = retrieval;
  const queries = expansion ? [expansion.searched, ...input.queries] : input.queries;
  const asked = { ...input, queries, expand: false, tokenBudget: null };
  const wide = await retrieve({ ...asked, limit: ranksLookedAt }, signal);
  const further = placeIn(wide, documentId);
  if (further) return further;
  const only: FilterClause = { kind: 'condition', field: 'documentId', operator: 'eq', value: documentId };
  const filter: FilterClause = { kind: 'and', clauses: input.filter ? [input.filter, only] : [only] };
  const [best] = (await retrieve({ ...asked, filter, limit: 1 }, signal)).passages;
  return best ? { best, rank: null, ranked: wide.ranked } : null;
}

function placeIn({ ranked, dropped }: Retrieval, documentId: DocumentId): Place | null {
  const rank = rankOf(ranked, documentId);
  const best = rank === null ? takenOut(dropped, documentId) : ranked[rank - 1];
  return best ? { best, rank, ranked } : null;
}

function takenOut(dropped: readonly DroppedPassage[], documentId: DocumentId): ScoredPassage | undefined {
  return dropped.find(({ passage }) => passage.documentId === documentId)?.passage;
}

function findDropped(
  { dropped }: Retrieval,
  document: DocumentId,
  step: 'fold' | 'pack',
): { step: 'fold' | 'pack'; detail: string } | null {
  const found = dropped.find((entry) => entry.step === step && entry.passage.documentId === document);
  return found ? { step, detail: found.detail } : null;
}

function waiting({
  passages,
  passagesWithoutVector: without,
}: DocumentStanding): { step: 'embed'; detail: string } | null {
  if (without === 0) return null;
  return {
    step: 'embed',
    detail: `${without} of its ${passages} passages wait for their vector and are found by words alone.`,
  };
}

function standingOf({ best, rank, ranked }: Place, { passages }: Retrieval): Omit<Standing, 'missingTerms'> {
  const last = passages.at(-1);
  const side = (name: 'dense' | 'sparse'): SideStanding => {
    const score = best[name];
    const better = ranked.filter((passage) => (passage[name] ?? -1) > (score ?? -1)).length;
    return { score, rank: score === null ? null : better + 1, lastShown: last?.[name] ?? null };
  };
  const lowest = ranked.at(-1)?.score ?? best.score;
  return {
    // Searched for alone, a passage is the best of its kind; among others it has at most what the last of them has.
    score: rank === null ? Math.min(best.score, lowest) : best.score,
    lastShown: last?.score ?? null,
    dense: side('dense'),
    sparse: side('sparse'),
  };
}

function describeStanding({ score, lastShown, dense, sparse, missingTerms }: Standing): string {
  const parts = [
    `Its best passage scores ${score.toFixed(3)}, the last one shown ${lastShown?.toFixed(3) ?? 'nothing'}.`,
    `By meaning: cosine ${describeSide(dense, 3, 'no vector')}.`,
    `By words: BM25 ${describeSide(sparse, 2, 'none')}.`,
  ];
  if (missingTerms.length > 0) parts.push(`It lacks: ${missingTerms.slice(0, 8).join(', ')}.`);
  return parts.join(' ');
}

function describeSide({ score, rank, lastShown }: SideStanding, digits: number, nothing: string): string {
  const own = score === null ? nothing : `${score.toFixed(digits)} (rank ${rank})`;
  return `${own}, the last one shown ${lastShown?.toFixed(digits) ?? nothing}`;
}

function rankOf(passages: readonly ScoredPassage[], document: DocumentId): number | null {
  const place = passages.findIndex((passage) => passage.documentId === document);
  return place < 0 ? null : place + 1;
}
