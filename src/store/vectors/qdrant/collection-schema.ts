import type { Schemas } from '@qdrant/js-client-rest';
import type { PassageId } from '../../../domain/ids.ts';

/** Raised when the payload changes so that filters of this version would miss points of an older one. */
const schemaVersion = 1;

/** The named sparse vector; the dense one has no name, as LangChain's vector store expects. */
export const sparseName = 'bm25';

/** Keys of the payload that filters name. */
export const keys = {
  tenant: 'tenant',
  acl: 'acl',
  facts: 'facts',
  numbers: 'numbers',
  documentId: 'metadata.documentId',
  source: 'metadata.source',
  language: 'metadata.language',
  title: 'metadata.title',
  uri: 'metadata.uri',
  createdAt: 'metadata.createdAt',
  updatedAt: 'metadata.updatedAt',
} as const;

export interface CollectionIdentity {
  /** Embedder whose vectors the collection holds. */
  readonly embedder: string;
  readonly dimensions: number;
}

/** `footnote_all-minilm-l6-v2-int8_1` */
export function collectionName(alias: string, embedder: string, number: number): string {
  return `${alias}_${slugOf(embedder)}_${number}`;
}

const slugOf = (embedder: string): string =>
  embedder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 100);

/** Qdrant's identifier of a passage: the UUID of its own. */
export const pointIdOf = (passage: PassageId): string => passage.slice('psg_'.length);
export const passageIdOf = (point: string | number | bigint): PassageId => `psg_${point}`;

/**
 * One graph a tenant (`m: 0`, `payload_m: 16`): a search never walks through others' points. Vectors in int8 in memory, the originals on
 * disk for the second look at the best; word vectors in memory. Figures: docs/adr/0009-qdrant-beside-memory.md.
 */
export function collectionBody({ embedder, dimensions }: CollectionIdentity): Schemas['CreateCollection'] {
  return {
    vectors: {
      size: dimensions,
      distance: 'Cosine',
      on_disk: true,
      hnsw_config: { m: 0, payload_m: 16, ef_construct: 128 },
      quantization_config: { scalar: { type: 'int8', quantile: 0.99, always_ram: true } },
    },
    sparse_vectors: { [sparseName]: { index: { on_disk: false } } },
    on_disk_payload: true,
    metadata: { footnote: { schema: schemaVersion, embedder, dimensions } },
  };
}

type FieldSchema = NonNullable<Schemas['CreateFieldIndex']['field_schema']>;

const keyword: FieldSchema = { type: 'keyword', enable_hnsw: false };
const datetime: FieldSchema = { type: 'datetime', enable_hnsw: false };

/** Only the tenant has a graph: links along other fields would join points of different tenants. */
export const fieldIndexes: ReadonlyMap<string, FieldSchema> = new Map<string, FieldSchema>([
  [keys.tenant, { type: 'keyword', is_tenant: true }],
  [keys.acl, keyword],
  [keys.facts, keyword],
  [`${keys.numbers}[].field`, keyword],
  [`${keys.numbers}[].value`, { type: 'float', enable_hnsw: false }],
  [keys.documentId, keyword],
  [keys.source, keyword],
  [keys.language, keyword],
  [keys.title, { type: 'keyword', enable_hnsw: false, on_disk: true }],
  [keys.uri, { type: 'keyword', enable_hnsw: false, on_disk: true }],
  [keys.createdAt, datetime],
  [keys.updatedAt, datetime],
]);

/** What a collection says of itself; null for one that another program made. */
export function identityOf(metadata: unknown): CollectionIdentity | null {
  const own = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'footnote') : null;
  if (typeof own !== 'object' || own === null) return null;
  const { schema, embedder, dimensions } = own as Record<string, unknown>;
  if (schema !== schemaVersion || typeof embedder !== 'string' || typeof dimensions !== 'number') return null;
  return { embedder, dimensions };
}
