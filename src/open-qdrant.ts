import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { AppError } from './domain/errors.ts';
import type { TenantId } from './domain/ids.ts';
import { type IndexParts, type OpenedIndex, startBuild } from './index-parts.ts';
import type { BuiltIndex } from './ingest/reindex.ts';
import { createReindexRun } from './ingest/reindex-run.ts';
import type { Embedder } from './models/embedder.ts';
import { type ComparedIndex, compareIndexes } from './retrieve/compare-indexes.ts';
import type { IndexAdministration } from './store/index-administration.ts';
import type { IndexCollection } from './store/index-states.ts';
import { checksumOf } from './store/vectors/qdrant/check-collection.ts';
import { type Collection, type Collections, createCollections } from './store/vectors/qdrant/collections.ts';
import { fillCollection } from './store/vectors/qdrant/fill-collection.ts';
import { maintainCollections } from './store/vectors/qdrant/maintain-collections.ts';
import { createQdrantCalls, type QdrantCalls } from './store/vectors/qdrant/qdrant-calls.ts';
import { createQdrantIndex } from './store/vectors/qdrant/qdrant-index.ts';

type QdrantConfig = NonNullable<Config['qdrant']>;

const maintenanceMilliseconds = 600_000;
const leaseSeconds = 120;

interface QdrantParts extends IndexParts {
  readonly calls: QdrantCalls;
  readonly collections: Collections;
  readonly fallbackPassages: number;
}

/** Search in Qdrant, its administration, and what keeps both in order in the background. */
export async function openQdrant(parts: IndexParts, settings: QdrantConfig): Promise<OpenedIndex> {
  const { stores, embedder, log } = parts;
  const calls = createQdrantCalls(settings);
  const states = stores.indexStates;
  const collections = createCollections({
    calls,
    states,
    alias: settings.alias,
    embedder: { id: embedder.id, dimensions: embedder.dimensions },
    onLive: (collection) => useEmbedderOf(parts, collection),
  });
  // The rows know it too, so that the embed queue begins with the right one while Qdrant is still down.
  const noted = (await states.collections()).find(
    ({ isLive, name }) => isLive && name.startsWith(`${settings.alias}_`),
  );
  if (noted) await useEmbedderOf(parts, noted);
  const all: QdrantParts = { ...parts, calls, collections, fallbackPassages: settings.fallbackPassages };
  const index = createQdrantIndex({ ...all, rows: stores.indexRows, states });
  const { administration, resume, stop } = administer(all);
  const maintain = async () => {
    const lost = await maintainCollections({ calls, collections, states, rows: stores.indexRows });
    if (lost > 0) log.warn({ tenants: lost }, 'the index lost points; they are filled in again');
    await resume();
  };
  const quietly = () => {
    maintain().catch((error: unknown) => log.warn({ err: error }, 'the index could not be looked after'));
  };
  quietly();
  const timer = setInterval(quietly, maintenanceMilliseconds).unref();
  return {
    index,
    administration,
    async stop() {
      clearInterval(timer);
      await stop();
    },
  };
}

/** Questions are embedded as the passages of the live collection were. Without that embedder they are searched by words. */
async function useEmbedderOf({ embedder, log }: IndexParts, collection: Pick<Collection, 'name' | 'embedder'>) {
  if (collection.embedder === embedder.id) return;
  const change = { collection: collection.name, from: embedder.id, to: collection.embedder };
  try {
    embedder.use(await embedder.open(collection.embedder));
    log.info(change, 'the live collection holds vectors of another embedder, which is used from now on');
  } catch (error) {
    log.warn(
      { ...change, err: error },
      'the embedder of the live collection cannot be had; questions are searched by words',
    );
  }
}

function administer(parts: QdrantParts) {
  const { stores, embedder, collections, log } = parts;
  const run = createReindexRun(log);
  const filler = randomUUID();
  const controller = new AbortController();

  const status: IndexAdministration['status'] = async () => ({
    driver: 'qdrant',
    collections: (await stores.indexStates.collections()).map((collection) => ({
      name: collection.name,
      embedder: collection.embedder,
      state: stateOf(collection),
      createdAt: collection.createdAt,
    })),
    reindex: run.last(),
  });

  const find = async (state: ReturnType<typeof stateOf>): Promise<IndexCollection> => {
    const found = (await stores.indexStates.collections()).filter((collection) => stateOf(collection) === state);
    const newest = found.toSorted((one, other) => (one.retiredAt ?? '').localeCompare(other.retiredAt ?? '')).at(-1);
    if (newest) return newest;
    throw new AppError('CONFLICT', missing[state]);
  };

  /** Under a lease that is renewed until the end, so that no other process builds the same. */
  async function build(collection: Collection, own: Embedder, isLive: boolean): Promise<void> {
    const { name } = collection;
    const claim = () => stores.indexStates.claimCollection(name, filler, leaseSeconds);
    if (!(await claim())) throw new AppError('CONFLICT', `Another process builds the collection ${name}.`);
    const renewal = setInterval(() => {
      claim().catch((error: unknown) => log.warn({ err: error, collection: name }, 'a lease was not renewed'));
    }, leaseSeconds * 500).unref();
    const onEnd = async () => {
      clearInterval(renewal);
      await stores.indexStates.releaseCollection(name, filler);
    };
    try {
      startBuild({ run, stores, onEnd }, builtIndex(parts, { collection, embedder: own, isLive }));
    } catch (error) {
      clearInterval(renewal);
      throw error;
    }
  }

  /** A second collection that an earlier process began, or that fell behind, is filled on. */
  async function resume(): Promise<void> {
    const next = (await stores.indexStates.collections()).find((collection) => stateOf(collection) === 'next');
    if (!next || run.last()?.state === 'running') return;
    const own = await embedder.open(next.embedder);
    await build(next, own, false).catch((error: unknown) => {
      if (AppError.from(error).code !== 'CONFLICT') throw error;
    });
  }

  return {
    resume,
    administration: {
      status,
      async reindex(name) {
        const live = await collections.look();
        const own = name === null ? embedder : await embedder.open(name);
        if (name !== null && own.id === live.embedder)
          throw new AppError(
            'CONFLICT',
            `The live collection is of ${own.id} already; leave --embedder out to build it anew.`,
          );
        if (name === null) await build(live, own, true);
        else await build(await collections.prepare({ embedder: own.id, dimensions: own.dimensions }), own, false);
        return await status();
      },
      compare: async (questions) => await compare(parts, { next: await find('next'), questions }, controller.signal),
      async switchTo(which) {
        const target = await find(which);
        for (const tenant of await stores.identities.tenantIds())
          await fillCollection(fillDeps(parts), { collection: target, tenant }, controller.signal);
        await collections.switchTo(target);
        return await status();
      },
    } satisfies IndexAdministration,
    async stop() {
      controller.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await run.stop();
    },
  };
}

const missing = {
  next: 'There is no second collection. Start one with `footnote reindex --embedder NAME`.',
  previous: 'There is no collection to go back to: the one before is kept for a day.',
  live: 'There is no live collection yet.',
} as const;

const stateOf = ({ isLive, retiredAt }: IndexCollection) =>
  isLive ? 'live' : retiredAt === null ? 'next' : 'previous';

const fillDeps = ({ calls, stores }: QdrantParts) => ({ calls, rows: stores.indexRows, states: stores.indexStates });

function builtIndex(
  parts: QdrantParts,
  { collection, embedder, isLive }: { collection: Collection; embedder: Embedder; isLive: boolean },
): BuiltIndex {
  const { calls, stores } = parts;
  return {
    collection: collection.name,
    embedder,
    isLive,
    reset: (tenant) => stores.indexStates.reset(collection.name, tenant),
    fill: (tenant, onWritten, signal) => fillCollection(fillDeps(parts), { collection, tenant, onWritten }, signal),
    checksum: (tenant, signal) => checksumOf(calls, { collection, tenant }, signal),
  };
}

const questionsPerTenant = 200;

async function compare(
  parts: QdrantParts,
  { next, questions }: { next: Collection; questions: number },
  signal: AbortSignal,
) {
  const { stores, embedder, collections } = parts;
  const live = await collections.live(signal);
  const asked: { tenant: TenantId; text: string }[] = [];
  for (const tenant of await stores.identities.tenantIds()) {
    const texts = await stores.indexRows.questions(tenant, Math.min(questionsPerTenant, questions));
    asked.push(...texts.map((text) => ({ tenant, text })));
  }
  const compared = async (collection: Collection): Promise<ComparedIndex> => ({
    collection: collection.name,
    embedder: await embedder.open(collection.embedder),
    search: indexOf(parts, collection).search,
  });
  return await compareIndexes(
    { live: await compared(live), next: await compared(next) },
    asked.slice(0, questions),
    signal,
  );
}

/** The same search over a collection that need not be the live one. */
function indexOf(parts: QdrantParts, collection: Collection) {
  const { calls, stores, collections } = parts;
  const only: Collections = {
    ...collections,
    live: async () => collection,
    look: async () => collection,
    forget: () => {},
  };
  return createQdrantIndex({
    calls,
    collections: only,
    rows: stores.indexRows,
    states: stores.indexStates,
    fallbackPassages: 0,
  });
}
