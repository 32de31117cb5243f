import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Embedder } from '../models/embedder.ts';
import { type BuildOptions, type BuiltIndex, buildIndex, type ReindexDeps } from './reindex.ts';

const tenants = [newId('tenant'), newId('tenant')];
const checksum = { passages: 3, embedded: 3, checksum: 'aa', embeddedChecksum: 'bb' };
const away = new AppError('INDEX_UNAVAILABLE', 'Qdrant does not answer.');
const noPause = { after: () => 0, reset: () => {} };

/** A build whose parts fail with these faults, one after the other, each time before they do anything. */
function build(faults: AppError[], signal = new AbortController().signal) {
  const steps: string[] = [];
  const reports: Parameters<BuildOptions['report']>[0][] = [];
  const failing = async (name: string) => {
    const fault = steps.includes('fill') ? faults.shift() : undefined;
    if (fault) throw fault;
    steps.push(name);
  };
  const index: BuiltIndex = {
    ...{ collection: 'footnote_test_1', isLive: true, embedder: fakePort<Embedder>('embedder', { id: 'test' }) },
    reset: () => failing('reset'),
    async fill(_tenant, onWritten) {
      await failing('fill');
      onWritten(3);
    },
    async checksum() {
      await failing('check');
      return checksum;
    },
  };
  const deps: ReindexDeps = {
    tenants: async () => tenants,
    embeddings: fakePort('embeddings', {}),
    rows: { passages: async () => 3, checksum: async () => checksum },
  };
  const options = { report: (one: (typeof reports)[number]) => void reports.push(one), signal, backoff: noPause };
  return { proofs: buildIndex(deps, index, options), steps, reports };
}

it('waits with a reason while index or database are away, and does nothing twice', async () => {
  const gone = new AppError('DATABASE_UNAVAILABLE', 'It does not answer.');
  const { proofs, steps, reports } = build([away, gone, away]);
  expect((await proofs).map(({ isComplete }) => isComplete)).toEqual([true, true]);
  expect(steps).toEqual(['reset', 'fill', 'reset', 'fill', 'check', 'check']);
  const reasons = reports.flatMap(({ error }) => (error ? [error.code] : []));
  expect(reasons).toEqual(['INDEX_UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'INDEX_UNAVAILABLE']);
  expect(reports.findLast(({ error }) => error !== undefined)?.error).toBeNull();
});

it('fails at once with what does not pass, and ends while it waits', async () => {
  await expect(build([new AppError('INTERNAL', 'No.')]).proofs).rejects.toMatchObject({ code: 'INTERNAL' });
  const stopping = new AbortController();
  const { proofs } = build(Array(1_000_000).fill(away), stopping.signal);
  setImmediate(() => stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.')));
  await expect(proofs).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
});
