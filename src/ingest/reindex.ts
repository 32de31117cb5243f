import type { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import type { EmbeddingStore } from '../store/documents.ts';
import type { HeldChecksum, Reindex, TenantProof } from '../store/index-administration.ts';
import type { IndexChecksum } from '../store/vector-index.ts';
import { embedTexts } from './embed-texts.ts';
import { outlastFaults } from './outlast-faults.ts';
import type { Backoff } from './retry-backoff.ts';

/** One index that is built from the rows: the live one, or one beside it. */
export interface BuiltIndex {
  readonly collection: string;
  readonly embedder: Embedder;
  /** True for the live one: its vectors come from the embed queue, and it is emptied of its notes before it is filled. */
  readonly isLive: boolean;
  /** Nothing is known to be in it any more. */
  reset(tenant: TenantId): Promise<void>;
  /** Resolves when it holds what the rows held at the call. */
  fill(tenant: TenantId, onWritten: (passages: number) => void, signal: AbortSignal): Promise<void>;
  checksum(tenant: TenantId, signal: AbortSignal): Promise<HeldChecksum>;
}

export interface ReindexDeps {
  readonly tenants: () => Promise<readonly TenantId[]>;
  readonly embeddings: Pick<EmbeddingStore, 'textsWithout' | 'saveBeside'>;
  readonly rows: {
    passages(tenant: TenantId): Promise<number>;
    checksum(tenant: TenantId, embedder: string): Promise<IndexChecksum>;
  };
}

export interface BuildOptions {
  readonly report: (progress: Partial<Pick<Reindex, 'stage' | 'done' | 'total' | 'proofs' | 'error'>>) => void;
  readonly signal: AbortSignal;
  /** Of the pauses after faults. */
  readonly backoff?: Backoff;
}

const textsPerBatch = 64;
const mostAttempts = 3;

/**
 * Builds an index from the rows and checks it tenant by tenant. Whatever was done stays done: embeddings are kept by text, and each
 * tenant's generation is noted, so that a run that was cut off goes on where it stopped.
 */
export async function buildIndex(
  deps: ReindexDeps,
  index: BuiltIndex,
  { report, signal, backoff }: BuildOptions,
): Promise<TenantProof[]> {
  const onFault = (fault: AppError | null) => report({ error: fault && { code: fault.code, detail: fault.detail } });
  const outlast: Outlast = (step) => outlastFaults(step, { signal, onFault, ...(backoff ? { backoff } : {}) });
  const { tenants, total } = await outlast(async () => {
    const listed = await deps.tenants();
    const counts = await Promise.all(listed.map((tenant) => deps.rows.passages(tenant)));
    return { tenants: listed, total: counts.reduce((sum, count) => sum + count, 0) };
  });
  const work = { deps, index, report, signal, total, outlast };
  if (!index.isLive) await embedAll(work, tenants);
  await writeAll(work, tenants);
  const proofs: TenantProof[] = [];
  for (const tenant of tenants) {
    report({ stage: 'checking', done: proofs.length, total: tenants.length });
    proofs.push(await work.outlast(() => prove(work, tenant)));
  }
  report({ stage: 'checking', done: proofs.length, total: tenants.length, proofs });
  return proofs;
}

/** Does a step until faults have passed: what it did before them it does not do again. */
type Outlast = <T>(step: () => Promise<T>) => Promise<T>;

interface Work extends BuildOptions {
  readonly outlast: Outlast;
  readonly deps: ReindexDeps;
  readonly index: BuiltIndex;
  /** Passages of all tenants. */
  readonly total: number;
}

async function embedAll(work: Work, tenants: readonly TenantId[]): Promise<void> {
  let done = 0;
  for (const tenant of tenants)
    await embedTenant(work, tenant, (texts) => {
      done += texts;
      work.report({ stage: 'embedding', done, total: Math.max(done, work.total) });
    });
}

/** Embeds the tenant's texts that lack a vector; resolves to their number. */
async function embedTenant(
  { deps, index: { embedder }, signal, outlast }: Work,
  tenant: TenantId,
  onEmbedded: (texts: number) => void,
): Promise<number> {
  let after = '';
  let embedded = 0;
  for (;;) {
    signal.throwIfAborted();
    const from = after;
    const texts = await outlast(async () => {
      const without = await deps.embeddings.textsWithout(embedder.id, tenant, from, textsPerBatch);
      const vectors = await embedTexts(
        embedder,
        without.map(({ text }) => text),
        signal,
      );
      const entries = without.flatMap(({ embeddingHash }, position) => {
        const vector = vectors[position];
        return vector instanceof Float32Array ? [{ embeddingHash, vector }] : [];
      });
      await deps.embeddings.saveBeside(embedder.id, tenant, entries);
      return without;
    });
    const last = texts.at(-1);
    if (last === undefined) return embedded;
    embedded += texts.length;
    onEmbedded(texts.length);
    after = last.embeddingHash;
  }
}

async function writeAll({ index, report, signal, total, outlast }: Work, tenants: readonly TenantId[]): Promise<void> {
  let done = 0;
  report({ stage: 'writing', done, total });
  for (const tenant of tenants) {
    signal.throwIfAborted();
    if (index.isLive) await outlast(() => index.reset(tenant));
    const onWritten = (passages: number) => {
      done += passages;
      report({ stage: 'writing', done, total: Math.max(done, total), error: null });
    };
    await outlast(() => index.fill(tenant, onWritten, signal));
  }
}

/** What is published while it is checked looks like a difference: the tenant is brought up to date and checked again. */
async function prove(work: Work, tenant: TenantId): Promise<TenantProof> {
  const { index, signal } = work;
  for (let attempt = 1; ; attempt += 1) {
    const proof = await compareTenant(work, tenant);
    if (proof.isComplete || attempt === mostAttempts) return proof;
    // A vector that came after its passage was written raises no generation, so the tenant is written whole.
    if (!index.isLive) await embedTenant(work, tenant, () => {});
    await index.reset(tenant);
    await index.fill(tenant, () => {}, signal);
  }
}

async function compareTenant({ deps, index, signal }: Work, tenant: TenantId): Promise<TenantProof> {
  const held = await index.checksum(tenant, signal);
  const rows = await deps.rows.checksum(tenant, index.embedder.id);
  const isEqual = <T>(one: T, other: T | null) => other === null || one === other;
  const isComplete =
    isEqual(rows.passages, held.passages) &&
    isEqual(rows.embedded, held.embedded) &&
    isEqual(rows.checksum, held.checksum) &&
    isEqual(rows.embeddedChecksum, held.embeddedChecksum);
  return { tenantId: tenant, rows, index: held, isComplete };
}
