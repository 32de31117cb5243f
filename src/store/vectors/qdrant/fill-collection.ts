import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Schemas } from '@qdrant/js-client-rest';
import { AppError } from '../../../domain/errors.ts';
import type { DocumentId, PassageId, TenantId } from '../../../domain/ids.ts';
import type { IndexStates } from '../../index-states.ts';
import type { IndexChange, IndexPoint, IndexRows } from '../../vector-index.ts';
import { keys, passageIdOf, pointIdOf } from './collection-schema.ts';
import type { Collection } from './collections.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { tenantFilter } from './to-filter.ts';
import { toPoint } from './to-point.ts';
import { createWriter } from './write-points.ts';

export interface FillDeps {
  readonly calls: QdrantCalls;
  readonly rows: IndexRows;
  readonly states: Pick<IndexStates, 'claim' | 'advance' | 'release' | 'generation' | 'reset'>;
}

export interface FillTask {
  readonly collection: Collection;
  readonly tenant: TenantId;
  /** Passages that were written since the last call. */
  readonly onWritten?: (passages: number) => void;
}

/** A process that dies leaves its work to another one after this. */
const leaseSeconds = 90;
const pollMilliseconds = 100;
/** Documents and passages between two renewals of the lease. */
const documentsPerGroup = 500;
const passagesPerGroup = 2_000;
const idsPerPage = 5_000;

/**
 * Brings one tenant's part of a collection to what the rows held at the call: writes the points of changed documents, deletes what they have
 * beside these, then notes the generation. One filler at a time among all processes; a step that is cut off is done again.
 */
export async function fillCollection(deps: FillDeps, task: FillTask, signal: AbortSignal): Promise<void> {
  const { rows, states } = deps;
  const { collection, tenant } = task;
  const filler = randomUUID();
  const wanted = await rows.generation(tenant);
  for (;;) {
    signal.throwIfAborted();
    const held = await states.claim(collection.name, tenant, filler, leaseSeconds);
    if (held === null) {
      if ((await states.generation(collection.name, tenant)) >= wanted) return;
      await pause(pollMilliseconds, undefined, { signal });
      continue;
    }
    try {
      const reached = await fillFrom(deps, { ...task, filler, held: held > wanted ? 0 : held }, signal);
      if (reached !== null && reached >= wanted) return;
    } finally {
      await states.release(collection.name, tenant, filler);
    }
  }
}

interface ClaimedTask extends FillTask {
  readonly filler: string;
  /** 0: nothing is known of what is there; also where the rows are older than the index, as after a restored database. */
  readonly held: number;
}

/** The generation that the collection holds now; null when another filler took over. */
async function fillFrom(deps: FillDeps, task: ClaimedTask, signal: AbortSignal): Promise<number | null> {
  const { rows, states } = deps;
  const { collection, tenant, filler, held } = task;
  const { generation, changes } = await rows.changesSince(tenant, held);
  const leftovers = held === 0 && (await countPoints(deps.calls, task, signal)) > 0;
  const written = leftovers ? new Set<PassageId>() : null;
  for (const group of groupsOf(changes)) {
    await writeGroup(deps, { ...task, group, written }, signal);
    if ((await states.claim(collection.name, tenant, filler, leaseSeconds)) === null) return null;
  }
  if (written) await deleteStrays(deps.calls, { collection, tenant, written }, signal);
  return (await states.advance(collection.name, tenant, filler, generation)) ? generation : null;
}

/** Points of the tenant in the collection, counted exactly. */
export async function countPoints(
  calls: QdrantCalls,
  { collection, tenant }: Pick<FillTask, 'collection' | 'tenant'>,
  signal?: AbortSignal,
): Promise<number> {
  const filter = tenantFilter(tenant);
  const request = { collection_name: collection.name, filter, exact: true };
  return (await calls.write('countPoints', request, signal)).count;
}

function* groupsOf(changes: readonly IndexChange[]): Generator<IndexChange[]> {
  let group: IndexChange[] = [];
  let passages = 0;
  for (const change of changes) {
    group.push(change);
    passages += change.passages;
    if (group.length < documentsPerGroup && passages < passagesPerGroup) continue;
    yield group;
    group = [];
    passages = 0;
  }
  if (group.length > 0) yield group;
}

interface Group extends FillTask {
  readonly group: readonly IndexChange[];
  readonly written: Set<PassageId> | null;
}

/** First what is new, then away with what is not of it: a search in between finds both, and the rows decide. */
async function writeGroup(
  { calls, rows }: FillDeps,
  { collection, tenant, group, written, onWritten }: Group,
  signal: AbortSignal,
): Promise<void> {
  const changed = group.filter(({ version }) => version !== null);
  const ids: PassageId[] = [];
  const writer = createWriter({ calls, collection, signal });
  if (changed.length > 0)
    for await (const points of rows.points(tenant, collection.embedder, changed, { content: true })) {
      checkDimensions(points, collection);
      await writer.add(points.map((point) => toPoint(tenant, point)));
      for (const { id } of points) ids.push(id);
      onWritten?.(points.length);
    }
  await writer.finish();
  for (const id of ids) written?.add(id);
  const documents = group.map(({ documentId }) => documentId);
  await deletePoints(calls, collection, beside(tenant, documents, ids), signal);
}

function checkDimensions(points: readonly IndexPoint[], { name, dimensions, embedder }: Collection): void {
  const wrong = points.find(({ dense }) => dense && dense.length !== dimensions)?.dense;
  if (wrong)
    throw new AppError(
      'INDEX_UNAVAILABLE',
      `${embedder} gave vectors of ${wrong.length} dimensions, the collection ${name} takes ${dimensions}. Run \`footnote reindex --embedder NAME --switch\`.`,
    );
}

function beside(tenant: TenantId, documents: readonly DocumentId[], ids: readonly PassageId[]): Schemas['Filter'] {
  const filter = tenantFilter(tenant, [{ key: keys.documentId, match: { any: [...documents] } }]);
  return ids.length === 0 ? filter : { ...filter, must_not: [{ has_id: ids.map(pointIdOf) }] };
}

export async function deletePoints(
  calls: QdrantCalls,
  { name }: Pick<Collection, 'name'>,
  filter: Schemas['Filter'],
  signal?: AbortSignal,
): Promise<void> {
  const result = await calls.write('deletePoints', { collection_name: name, wait: true, filter }, signal);
  if (result.status !== 'completed')
    throw new AppError('INDEX_UNAVAILABLE', `Qdrant did not finish a deletion: ${result.status}.`);
}

/** What the tenant has in the collection and not in the rows: left by a filler whose notes were lost. */
async function deleteStrays(
  calls: QdrantCalls,
  { collection, tenant, written }: { collection: Collection; tenant: TenantId; written: ReadonlySet<PassageId> },
  signal: AbortSignal,
): Promise<void> {
  const strays: string[] = [];
  for await (const ids of scrollIds(calls, { collection, filter: tenantFilter(tenant) }, signal))
    for (const id of ids) if (!written.has(passageIdOf(id))) strays.push(id);
  for (let start = 0; start < strays.length; start += idsPerPage) {
    const has_id = strays.slice(start, start + idsPerPage);
    await deletePoints(calls, collection, tenantFilter(tenant, [{ has_id }]), signal);
  }
}

/** Identifiers of all points that the filter lets through, page by page. */
export async function* scrollIds(
  calls: QdrantCalls,
  { collection, filter }: { collection: Pick<Collection, 'name'>; filter: Schemas['Filter'] },
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  let offset: Schemas['ExtendedPointId'] | undefined;
  do {
    const request = {
      collection_name: collection.name,
      filter,
      limit: idsPerPage,
      with_payload: false,
      with_vector: false,
      ...(offset === undefined ? {} : { offset }),
    };
    const page = await calls.write('scrollPoints', request, signal);
    yield page.points.map(({ id }) => String(id));
    offset = asOffset(page.next_page_offset);
  } while (offset !== undefined);
}

/** The generated type also allows an object, which no server sends. */
const asOffset = (offset: unknown): Schemas['ExtendedPointId'] | undefined =>
  typeof offset === 'string' || typeof offset === 'number' ? offset : undefined;
