import type { PassageId, TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import { readSimilarity } from '../models/similarity.ts';
import { encodeQuestion } from '../models/sparse/encode.ts';
import type { ComparedQuestion, IndexComparison } from '../store/index-administration.ts';
import type { IndexQuery, IndexSearch } from '../store/vector-index.ts';
import { fuse } from './fuse.ts';
import { onScale } from './search-index.ts';

/** An index with the embedder whose vectors it holds. */
export interface ComparedIndex {
  readonly collection: string;
  readonly embedder: Pick<Embedder, 'id' | 'similarity' | 'embedQuestions'>;
  search(query: IndexQuery, signal: AbortSignal): Promise<Pick<IndexSearch, 'candidates'>>;
}

const depth = 10;
const candidatesPerSide = 100;
const mostShown = 20;

/** Asks two indexes the same questions, each through its own embedder, and compares the best 10 after fusion. */
export async function compareIndexes(
  { live, next }: { live: ComparedIndex; next: ComparedIndex },
  questions: readonly { readonly tenant: TenantId; readonly text: string }[],
  signal: AbortSignal,
): Promise<IndexComparison> {
  const compared: ComparedQuestion[] = [];
  for (const { tenant, text } of questions) {
    signal.throwIfAborted();
    const before = await best(live, { tenant, text }, signal);
    const after = await best(next, { tenant, text }, signal);
    const shared = before.filter((id) => after.includes(id));
    const longer = Math.max(before.length, after.length);
    compared.push({
      question: text,
      overlap: longer === 0 ? 1 : shared.length / longer,
      onlyLive: before.filter((id) => !after.includes(id)),
      onlyNext: after.filter((id) => !before.includes(id)),
    });
  }
  const sum = compared.reduce((total, { overlap }) => total + overlap, 0);
  return {
    live: live.collection,
    next: next.collection,
    questions: compared.length,
    overlapAt10: compared.length === 0 ? null : sum / compared.length,
    most: compared
      .filter(({ overlap }) => overlap < 1)
      .sort((one, other) => one.overlap - other.overlap)
      .slice(0, mostShown),
  };
}

async function best(
  { embedder, search }: ComparedIndex,
  { tenant, text }: { tenant: TenantId; text: string },
  signal: AbortSignal,
): Promise<PassageId[]> {
  const [dense] = await embedder.embedQuestions([text], signal);
  const query: IndexQuery = {
    tenant,
    ...(dense ? { dense, embedder: embedder.id } : {}),
    sparse: encodeQuestion(text),
    filter: { clause: null, grants: null },
    limit: candidatesPerSide,
  };
  const { candidates } = await search(query, signal);
  const similarityOf = await readSimilarity(embedder);
  return fuse(onScale(candidates, { similarityOf }))
    .slice(0, depth)
    .map(({ id }) => id);
}
