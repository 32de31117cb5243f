import type { TenantId } from '../src/domain/ids.ts';
import type { IndexCollection, IndexStates } from '../src/store/index-states.ts';
import { fakePort } from './fake-port.ts';

interface State {
  generation: number;
  filler: string | null;
}

/** The notes of an index on a server, in memory; claims do not run out. */
export function createTestStates(): IndexStates {
  const states = new Map<string, State>();
  const collections = new Map<string, IndexCollection>();
  const stateOf = (collection: string, tenant: TenantId): State => {
    const key = `${collection}/${tenant}`;
    const state = states.get(key) ?? { generation: 0, filler: null };
    states.set(key, state);
    return state;
  };
  return fakePort<IndexStates>('states', {
    generation: async (collection, tenant) => stateOf(collection, tenant).generation,
    async claim(collection, tenant, filler) {
      const state = stateOf(collection, tenant);
      if (state.filler !== null && state.filler !== filler) return null;
      state.filler = filler;
      return state.generation;
    },
    async advance(collection, tenant, filler, generation) {
      const state = stateOf(collection, tenant);
      if (state.filler !== filler) return false;
      state.generation = generation;
      return true;
    },
    async release(collection, tenant, filler) {
      const state = stateOf(collection, tenant);
      if (state.filler === filler) state.filler = null;
    },
    async reset(collection, tenant) {
      for (const [key, state] of states)
        if (tenant === null ? key.startsWith(`${collection}/`) : key === `${collection}/${tenant}`)
          Object.assign(state, { generation: 0, filler: null });
    },
    claimCollection: async () => true,
    releaseCollection: async () => {},
    lag: async () => [],
    orphans: async () => [],
    collections: async () => [...collections.values()],
    async addCollection(collection) {
      if (!collections.has(collection.name))
        collections.set(collection.name, {
          ...collection,
          isLive: false,
          createdAt: '2026-01-01T00:00:00.000Z',
          retiredAt: null,
        });
    },
    async setLive(name) {
      for (const [other, collection] of collections) {
        if (other === name) collections.set(other, { ...collection, isLive: true, retiredAt: null });
        else if (collection.isLive)
          collections.set(other, { ...collection, isLive: false, retiredAt: '2026-01-02T00:00:00.000Z' });
      }
    },
    async removeCollection(name) {
      collections.delete(name);
      for (const key of states.keys()) if (key.startsWith(`${name}/`)) states.delete(key);
    },
  });
}
