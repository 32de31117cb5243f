import { AppError } from '../../../domain/errors.ts';
import type { IndexStates } from '../../index-states.ts';
import {
  type CollectionIdentity,
  collectionBody,
  collectionName,
  fieldIndexes,
  identityOf,
} from './collection-schema.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { statusOf } from './qdrant-error.ts';

/** A collection by its own name, which no switch of the alias changes. */
export interface Collection extends CollectionIdentity {
  readonly name: string;
}

/** The collections of this installation: one an embedder, the live one behind the alias. */
export interface Collections {
  /** What the alias stands for, at most two seconds old; made for the embedder of the settings when there is none. */
  live(signal?: AbortSignal): Promise<Collection>;
  /** The same, asked anew: what `live` knows from before may have been replaced since. */
  look(): Promise<Collection>;
  /** The alias is asked again before the next search. */
  forget(): void;
  /** A collection of that embedder, ready to be filled: the one that is not live yet, or a new one. */
  prepare(identity: CollectionIdentity): Promise<Collection>;
  /** Points the alias at the collection, in one request. */
  switchTo(collection: Collection): Promise<void>;
  exists(name: string, signal?: AbortSignal): Promise<boolean>;
  drop(name: string): Promise<void>;
}

export interface CollectionsDeps {
  readonly calls: QdrantCalls;
  readonly states: Pick<IndexStates, 'reset' | 'collections' | 'addCollection' | 'setLive' | 'removeCollection'>;
  readonly alias: string;
  /** The embedder of the settings: a first collection is made for it. */
  readonly embedder: { readonly id: string; readonly dimensions: number };
  /** Called before a collection is live here for the first time, so that questions are embedded as its passages were. */
  readonly onLive: (collection: Collection) => Promise<void>;
  readonly now?: () => number;
}

const freshMilliseconds = 2_000;

export function createCollections(deps: CollectionsDeps): Collections {
  const { calls, states, alias, now = Date.now } = deps;
  let known: { collection: Collection; at: number } | null = null;
  let resolving: Promise<Collection> | null = null;

  function resolve(): Promise<Collection> {
    resolving ??= findOrMake(deps)
      .then(async (collection) => {
        if (known?.collection.name !== collection.name) await becomeLive(deps, collection);
        known = { collection, at: now() };
        return collection;
      })
      .finally(() => {
        resolving = null;
      });
    return resolving;
  }

  return {
    async live(signal) {
      signal?.throwIfAborted();
      if (known === null) return await resolve();
      // A search does not wait for what changes once in months; a failure shows in the search itself.
      if (now() - known.at > freshMilliseconds) resolve().catch(() => {});
      return known.collection;
    },
    look: resolve,
    forget() {
      known = null;
    },
    async prepare(identity) {
      const own = (await states.collections()).filter(({ embedder }) => embedder === identity.embedder);
      const waiting = own.find(({ isLive, retiredAt }) => !isLive && retiredAt === null);
      return await make(deps, waiting?.name ?? (await freeName(deps, identity.embedder)), identity);
    },
    async switchTo(collection) {
      const create_alias = { alias_name: alias, collection_name: collection.name };
      await calls.write('updateAliases', { actions: [{ create_alias }] });
      // One that was under way may have read the alias before.
      await resolving?.catch(() => {});
      await resolve();
    },
    exists: async (name, signal) => (await calls.find('getCollection', { collection_name: name }, signal)) !== null,
    async drop(name) {
      await calls.write('deleteCollection', { collection_name: name });
      await states.removeCollection(name);
    },
  };
}

async function findOrMake(deps: CollectionsDeps): Promise<Collection> {
  const { calls, alias, embedder } = deps;
  const target = await targetOf(calls, alias);
  if (target !== null) return await describe(calls, target);
  const identity = { embedder: embedder.id, dimensions: embedder.dimensions };
  const collection = await make(deps, collectionName(alias, embedder.id, 1), identity);
  const create_alias = { alias_name: alias, collection_name: collection.name };
  await calls.write('updateAliases', { actions: [{ create_alias }] });
  return collection;
}

/** The alias decides; the notes follow it, also after a restored database or a process that ended between the two. */
async function becomeLive({ states, onLive }: CollectionsDeps, collection: Collection): Promise<void> {
  await states.addCollection(collection);
  await states.setLive(collection.name);
  await onLive(collection);
}

async function freeName({ calls, alias }: CollectionsDeps, embedder: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = collectionName(alias, embedder, number);
    const taken = await calls.find('getCollection', { collection_name: name });
    if (taken === null) return name;
  }
}

async function targetOf(calls: QdrantCalls, alias: string): Promise<string | null> {
  const { aliases } = await calls.ask('getCollectionsAliases', {});
  return aliases.find(({ alias_name }) => alias_name === alias)?.collection_name ?? null;
}

async function describe(calls: QdrantCalls, name: string): Promise<Collection> {
  const { config } = await calls.ask('getCollection', { collection_name: name });
  const identity = identityOf(config.metadata);
  if (identity === null)
    throw new AppError(
      'INDEX_UNAVAILABLE',
      `The collection ${name} was made by another program, or by another version of this one. Choose another QDRANT_ALIAS.`,
    );
  return { name, ...identity };
}

/** Collection and payload indexes; what is there already stays. Indexes come before the first point, as Qdrant wants it for its graphs. */
async function make(
  { calls, states }: CollectionsDeps,
  name: string,
  identity: CollectionIdentity,
): Promise<Collection> {
  const isNew = await create(calls, name, identity);
  // Whatever was known to be in a collection of this name is lost with it.
  if (isNew) await states.reset(name, null);
  for (const [field_name, field_schema] of fieldIndexes)
    await calls.write('createFieldIndex', { collection_name: name, wait: true, field_name, field_schema });
  await states.addCollection({ name, ...identity });
  return await describe(calls, name);
}

async function create(calls: QdrantCalls, name: string, identity: CollectionIdentity): Promise<boolean> {
  const existing = await calls.find('getCollection', { collection_name: name });
  if (existing !== null) return false;
  try {
    await calls.write('createCollection', { collection_name: name, ...collectionBody(identity) });
    return true;
  } catch (error) {
    // Another process was faster.
    const cause = error instanceof AppError ? error.cause : error;
    if (statusOf(cause) === 409) return false;
    throw error;
  }
}
