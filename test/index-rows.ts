import type { DocumentId, PassageId, TenantId } from '../src/domain/ids.ts';
import type { IndexChange, IndexPoint, IndexSource } from '../src/store/vector-index.ts';
import { createMatcher } from '../src/store/vectors/memory/match-filter.ts';

interface StoredDocument {
  readonly changedAt: number;
  /** Null: removed. */
  readonly points: readonly IndexPoint[] | null;
}

interface StoredTenant {
  generation: number;
  readonly documents: Map<DocumentId, StoredDocument>;
}

/**
 * Rows like those of the database, in memory; every change raises the generation of its tenant. The vectors are those of any embedder
 * but `none`, of which there are none.
 */
export interface TestRows extends IndexSource {
  /** The document now holds these points; null: it is removed. */
  publish(tenant: TenantId, documentId: DocumentId, points: readonly IndexPoint[] | null): void;
  /** Puts each point in the place of its namesake, or beside the others of its document. */
  put(tenant: TenantId, points: readonly IndexPoint[]): void;
  /** As after a backup that is older: nothing is there, and the generation is lower. */
  restore(tenant: TenantId, generation: number): void;
  /** Documents whose points were read, in order. */
  readonly reads: readonly DocumentId[];
}

export function createTestRows(): TestRows {
  const tenants = new Map<TenantId, StoredTenant>();
  const reads: DocumentId[] = [];
  const tenantOf = (tenant: TenantId): StoredTenant => {
    const stored = tenants.get(tenant) ?? { generation: 0, documents: new Map() };
    tenants.set(tenant, stored);
    return stored;
  };
  const pointsOf = (tenant: TenantId) => [...tenantOf(tenant).documents.values()].flatMap(({ points }) => points ?? []);

  function publish(tenant: TenantId, documentId: DocumentId, points: readonly IndexPoint[] | null): void {
    const stored = tenantOf(tenant);
    stored.generation += 1;
    stored.documents.set(documentId, { changedAt: stored.generation, points });
  }

  return {
    reads,
    publish,
    put(tenant, points) {
      for (const [documentId, own] of Map.groupBy(points, (point) => point.documentId)) {
        const held = tenantOf(tenant).documents.get(documentId)?.points ?? [];
        const merged = new Map([...held, ...own].map((point) => [point.id, point]));
        publish(tenant, documentId, [...merged.values()]);
      }
    },
    restore(tenant, generation) {
      tenants.set(tenant, { generation, documents: new Map() });
    },
    generation: async (tenant) => tenantOf(tenant).generation,
    async changesSince(tenant, since) {
      const { generation, documents } = tenantOf(tenant);
      const changes = [...documents]
        .filter(([, { changedAt }]) => changedAt > since)
        .map(([documentId, { points }]) => changeOf(documentId, points));
      return { generation, changes };
    },
    async *points(tenant, embedder, wanted, { content } = { content: false }) {
      reads.push(...wanted.map(({ documentId }) => documentId));
      for (const { documentId } of wanted) {
        const points = tenantOf(tenant).documents.get(documentId)?.points ?? [];
        yield points.map((point) => ({
          ...(content ? { content: `Text of ${point.id}.` } : {}),
          ...point,
          dense: embedder === 'none' ? null : point.dense,
        }));
      }
    },
    async *sparseVectors(tenant) {
      yield pointsOf(tenant).map(({ sparse }) => sparse);
    },
    async documentsMatching(tenant, clause, limit) {
      const matches = createMatcher({ clause, grants: null });
      const found = new Set(
        pointsOf(tenant)
          .filter(matches)
          .map(({ documentId }) => documentId),
      );
      return { documents: [...found].slice(0, limit), isComplete: found.size <= limit };
    },
    passages: async (tenant) => pointsOf(tenant).length,
    questions: async () => [],
    async checksum(tenant) {
      const points = pointsOf(tenant);
      const embedded = points.filter(({ dense }) => dense !== null);
      return {
        passages: points.length,
        embedded: embedded.length,
        checksum: checksumOf(points),
        embeddedChecksum: checksumOf(embedded),
      };
    },
  };
}

function changeOf(documentId: DocumentId, points: readonly IndexPoint[] | null): IndexChange {
  const embedded = points?.filter((point) => point.dense).length ?? 0;
  // A document without a point still has a version, as one of the database has.
  const version = points === null ? null : (points[0]?.version ?? 1);
  return { documentId, version, passages: points?.length ?? 0, embedded };
}

const checksumOf = (points: readonly { readonly id: PassageId }[]): string =>
  points
    .reduce((sum, { id }) => sum ^ BigInt(`0x${id.slice(4).replaceAll('-', '').slice(0, 16)}`), 0n)
    .toString(16)
    .padStart(16, '0');
