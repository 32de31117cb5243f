import { expect, it } from 'vitest';
import { fakePort } from '../test/fake-port.ts';
import { loadConfig } from './config.ts';
import { AppError } from './domain/errors.ts';
import type { Embedder } from './models/embedder.ts';
import { createReadinessChecks } from './readiness.ts';
import type { Stores } from './store/postgres/stores.ts';

const away = async (): Promise<never> => {
  throw new AppError('DATABASE_UNAVAILABLE', 'It does not answer.');
};

it('calls only the database down while it is away', async () => {
  const checks = createReadinessChecks({
    config: loadConfig({}),
    driver: { ping: away },
    stores: fakePort<Stores>('stores', {
      embeddings: fakePort<Stores['embeddings']>('embeddings', { waiting: away }),
      workers: fakePort<Stores['workers']>('workers', { list: away }),
    }),
    embedder: fakePort<Embedder>('embedder', { id: 'test', embedQuestions: async () => [new Float32Array(3)] }),
    index: { health: async () => ({ state: 'ok', detail: 'in memory' }) },
    reranker: null,
    relay: null,
    chatModels: [],
  });
  const states = await Promise.all(
    checks.map(async ({ name, check }) => [name, await check().catch(() => ({ state: 'down', detail: '' }))] as const),
  );
  expect(states.filter(([, { state }]) => state === 'down').map(([name]) => name)).toEqual(['database']);
  const details = Object.fromEntries(states);
  expect(details.index?.detail).toContain('in memory, the database does not say how many');
  expect(details.workers).toEqual({ state: 'degraded', detail: 'documents wait for the database' });
});
