import type { Schemas } from '@qdrant/js-client-rest';
import type { FilterScalar } from '../../../domain/filter.ts';
import type { TenantId } from '../../../domain/ids.ts';
import type { IndexPoint } from '../../vector-index.ts';
import { keys, pointIdOf, sparseName } from './collection-schema.ts';

/**
 * A passage as Qdrant keeps it. `content` and `metadata` are what other readers of the collection take (LangChain's vector store by default);
 * `facts` and `numbers` hold tags and declared fields in a form that a fixed set of payload indexes covers.
 */
export function toPoint(tenant: TenantId, point: IndexPoint): Schemas['PointStruct'] {
  const { documentId, version, source, tags, language, title, uri, createdAt, updatedAt, metadata } = point;
  return {
    id: pointIdOf(point.id),
    vector: vectorsOf(point),
    payload: {
      [keys.tenant]: tenant,
      [keys.acl]: point.acl,
      [keys.facts]: factsOf(point),
      [keys.numbers]: numbersOf(metadata),
      content: point.content ?? '',
      metadata: { documentId, version, source, title, uri, language, tags, createdAt, updatedAt, fields: metadata },
    },
  };
}

/** A tag or declared field with its value, and alone for `exists`; as JSON, so that no name can look like another's value. */
export const factOf = (field: string, ...value: [] | [FilterScalar]): string => JSON.stringify([field, ...value]);

function factsOf({ tags, metadata }: IndexPoint): string[] {
  const entries = [
    ...Object.entries(tags).map(([name, value]) => [`tags.${name}`, value] as const),
    ...Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value] as const),
  ];
  return entries.flatMap(([field, value]) => [factOf(field), factOf(field, value)]);
}

const numbersOf = (metadata: IndexPoint['metadata']) =>
  Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === 'number' ? [{ field: `metadata.${name}`, value }] : [],
  );

/** The vector without a name is called ''. A point without words has no sparse vector, one that waits for its vector no dense one. */
function vectorsOf({ dense, sparse }: IndexPoint): Schemas['VectorStruct'] {
  return {
    ...(dense ? { '': Array.from(dense, shorten) } : {}),
    ...(sparse.indices.length > 0
      ? { [sparseName]: { indices: Array.from(sparse.indices), values: Array.from(sparse.values, shorten) } }
      : {}),
  };
}

/** Eight decimals are more than a float32 of a unit vector holds, and half the JSON of its 64-bit form. */
export const shorten = (value: number): number => Math.round(value * 1e8) / 1e8;
