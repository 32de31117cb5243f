import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { IndexChange, IndexSource } from '../../vector-index.ts';
import { positionOf } from '../term-position.ts';

/** How often each term occurs in a tenant's passages, counted from the rows: Qdrant's own figures span all tenants. */
export interface TermStatistics {
  /** Inverse document frequencies, as the port says. Counts at the first use; later changes are counted as `createTermStatistics` says. */
  inverseDocumentFrequencies(tenant: TenantId, generation: number, terms: Int32Array): Promise<Float32Array>;
  forget(tenant: TenantId): void;
}

interface Counted {
  readonly passages: number;
  /** Ascending; `counts[i]` passages hold `terms[i]`. */
  readonly terms: Int32Array;
  readonly counts: Uint32Array;
  /** The version of each document and its passages, so that a saved vector is told from a new text. */
  readonly documents: Map<DocumentId, { version: number; passages: number }>;
  /** What was counted, and the newest generation that needs no new count. */
  readonly generation: number;
  checked: number;
}

/** Up to this size a change is counted before the next search. */
const smallTenant = 5_000;
const changedShare = 0.01;

/**
 * A small tenant is counted again whenever texts changed, a larger one in the background once more than 1 % of its passages changed.
 * About 8 bytes a term and 100 bytes a document.
 */
export function createTermStatistics(rows: Pick<IndexSource, 'changesSince' | 'sparseVectors'>): TermStatistics {
  const tenants = new Map<TenantId, Counted>();
  const counting = new Map<TenantId, Promise<Counted>>();

  function count(tenant: TenantId): Promise<Counted> {
    const running = counting.get(tenant);
    if (running) return running;
    const work = countTerms(rows, tenant)
      .then((counted) => {
        tenants.set(tenant, counted);
        return counted;
      })
      .finally(() => counting.delete(tenant));
    counting.set(tenant, work);
    return work;
  }

  async function current(tenant: TenantId, generation: number): Promise<Counted> {
    const held = tenants.get(tenant);
    // Older than what was counted: the database was restored.
    if (!held || generation < held.generation) return await count(tenant);
    if (held.checked >= generation) return held;
    const { generation: reached, changes } = await rows.changesSince(tenant, held.generation);
    const changed = changedPassages(held, changes);
    const isSmall = Math.max(held.passages, changed) <= smallTenant;
    held.checked = reached;
    if (changed === 0) return held;
    if (isSmall) return await count(tenant);
    if (changed > changedShare * held.passages) count(tenant).catch(() => {});
    return held;
  }

  return {
    async inverseDocumentFrequencies(tenant, generation, terms) {
      const { passages, terms: known, counts } = await current(tenant, generation);
      return Float32Array.from(terms, (term) => {
        const at = positionOf(term, known);
        const having = at < 0 ? 0 : (counts[at] ?? 0);
        return Math.log(1 + (passages - having + 0.5) / (having + 0.5));
      });
    },
    forget: (tenant) => void tenants.delete(tenant),
  };
}

async function countTerms(
  rows: Pick<IndexSource, 'changesSince' | 'sparseVectors'>,
  tenant: TenantId,
): Promise<Counted> {
  const { generation, changes } = await rows.changesSince(tenant, 0);
  const documents: Counted['documents'] = new Map();
  for (const { documentId, version, passages } of changes)
    if (version !== null) documents.set(documentId, { version, passages });
  const frequencies = new Map<number, number>();
  let passages = 0;
  for await (const batch of rows.sparseVectors(tenant)) {
    passages += batch.length;
    for (const { indices } of batch)
      for (const term of indices) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  }
  const terms = Int32Array.from(frequencies.keys()).sort();
  const counts = Uint32Array.from(terms, (term) => frequencies.get(term) ?? 0);
  return { passages, terms, counts, documents, generation, checked: generation };
}

function changedPassages({ documents }: Counted, changes: readonly IndexChange[]): number {
  let changed = 0;
  for (const { documentId, version, passages } of changes) {
    const held = documents.get(documentId);
    if (version === null) changed += held?.passages ?? 0;
    else if (held?.version !== version || held.passages !== passages)
      changed += Math.max(passages, held?.passages ?? 0);
  }
  return changed;
}
