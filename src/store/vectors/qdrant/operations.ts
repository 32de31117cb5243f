import type { QdrantClient } from '@qdrant/js-client-rest';
import type { QdrantRequest } from './send-request.ts';

type Api = ReturnType<QdrantClient['api']>;

/** Qdrant's operations that are used here, under the names and with the types of its generated client. */
const operations = {
  getCollectionsAliases: { method: 'GET', path: '/aliases' },
  updateAliases: { method: 'POST', path: '/collections/aliases' },
  getCollection: { method: 'GET', path: '/collections/{collection_name}' },
  createCollection: { method: 'PUT', path: '/collections/{collection_name}' },
  deleteCollection: { method: 'DELETE', path: '/collections/{collection_name}' },
  createFieldIndex: { method: 'PUT', path: '/collections/{collection_name}/index' },
  upsertPoints: { method: 'PUT', path: '/collections/{collection_name}/points' },
  deletePoints: { method: 'POST', path: '/collections/{collection_name}/points/delete' },
  countPoints: { method: 'POST', path: '/collections/{collection_name}/points/count' },
  scrollPoints: { method: 'POST', path: '/collections/{collection_name}/points/scroll' },
  queryBatchPoints: { method: 'POST', path: '/collections/{collection_name}/points/query/batch' },
} as const satisfies { readonly [name in keyof Api]?: Pick<QdrantRequest, 'method' | 'path'> };

export type Operation = keyof typeof operations;
export type Input<O extends Operation> = Parameters<Api[O]>[0];
export type Result<O extends Operation> = NonNullable<Awaited<ReturnType<Api[O]>>['data']['result']>;

interface Parts {
  readonly collection_name?: string;
  /** Whether Qdrant answers only when what was written is searchable. */
  readonly wait?: boolean;
  readonly [field: string]: unknown;
}

/** The collection goes into the path and `wait` into the query; all else is the body. */
export function requestOf<O extends Operation>(operation: O, input: Input<O>): QdrantRequest {
  const { method, path: template } = operations[operation];
  const { collection_name = '', wait, ...body }: Parts = input;
  const path = template.replace('{collection_name}', encodeURIComponent(collection_name));
  return {
    method,
    path: wait === undefined ? path : `${path}?wait=${wait}`,
    body: method === 'GET' || method === 'DELETE' ? null : body,
  };
}
