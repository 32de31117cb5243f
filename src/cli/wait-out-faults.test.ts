import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { Client } from './client.ts';
import type { ProgressState } from './progress.ts';
import { createPatientClient, openPatiently, waitOutFaults } from './wait-out-faults.ts';

const shown: ProgressState[] = [];
const progress = { show: (state: ProgressState) => void shown.push(state), note: () => {}, end: () => {} };
const context = { progress, signal: new AbortController().signal };

it('tries again while the database is away, and says why', async () => {
  let calls = 0;
  const work = async () => {
    calls += 1;
    if (calls < 3) throw new AppError('DATABASE_UNAVAILABLE', 'It does not answer.');
    return 'done';
  };
  expect(await waitOutFaults(context, work, { pauseMilliseconds: 0 })).toBe('done');
  expect(shown).toHaveLength(2);
  for (const { label, note, total } of shown) {
    expect(label).toBe('waiting for the database');
    expect(total).toBe(120);
    expect(note).toMatch(/^DATABASE_UNAVAILABLE: It does not answer. Gives up in /);
  }
});

it('gives up after its time, and at once for what does not pass', async () => {
  const refuse = (code: 'DATABASE_UNAVAILABLE' | 'FORBIDDEN') => async () => {
    throw new AppError(code, 'No.');
  };
  const options = { seconds: 0 };
  await expect(waitOutFaults(context, refuse('DATABASE_UNAVAILABLE'), options)).rejects.toMatchObject({
    detail: 'No.',
  });
  await expect(waitOutFaults(context, refuse('FORBIDDEN'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('ends at once when interrupted, also while what it needs hangs', async () => {
  const interrupted = new AbortController();
  const hanging = waitOutFaults({ progress, signal: interrupted.signal }, () => new Promise<never>(() => {}));
  interrupted.abort(new Error('interrupted'));
  await expect(hanging).rejects.toThrow('interrupted');
  let calls = 0;
  const work = async () => {
    calls += 1;
  };
  await expect(waitOutFaults({ progress, signal: interrupted.signal }, work)).rejects.toThrow('interrupted');
  expect(calls).toBe(0);
});

/** A client whose calls fail with these codes, one after the other, and then succeed. */
function failing(codes: ErrorCode[]): Client {
  const call = async () => {
    const code = codes.shift();
    if (code) throw new AppError(code, 'Away.');
    return {} as never;
  };
  const client = fakePort<Client>('client', { get: call, post: call, delete: call });
  return createPatientClient(client, context, { pauseMilliseconds: 0 });
}

it('waits in every call of a client', async () => {
  const client = failing(['DATABASE_UNAVAILABLE']);
  expect(await client.get('/v1/documents')).toEqual({});
  expect(await failing(['STORAGE_FULL', 'SERVER_STOPPING', 'SERVER_UNREACHABLE']).post('/v1/documents', {})).toEqual(
    {},
  );
});

it('takes a server that never answered for a wrong address', async () => {
  await expect(failing(['SERVER_UNREACHABLE']).get('/v1/me')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  const client = failing(['NOT_FOUND', 'SERVER_UNREACHABLE']);
  await expect(client.get('/v1/me')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await client.get('/v1/me')).toEqual({});
});

it('finds removed what a call removed whose answer was lost', async () => {
  await failing(['DATABASE_UNAVAILABLE', 'NOT_FOUND']).delete('/v1/documents/doc_1');
  await expect(failing(['NOT_FOUND']).delete('/v1/documents/doc_1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('opens a client when what it needs is back, and closes one that opens after an interruption', async () => {
  const interrupted = new AbortController();
  const opening = Promise.withResolvers<Client>();
  const closed = Promise.withResolvers<void>();
  const waiting = openPatiently(() => opening.promise, { progress, signal: interrupted.signal });
  interrupted.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  opening.resolve(fakePort<Client>('client', { close: async () => closed.resolve() }));
  await closed.promise;

  let attempts = 0;
  const open = async () => {
    attempts += 1;
    if (attempts === 1) throw new AppError('DATABASE_UNAVAILABLE', 'Away.');
    return fakePort<Client>('client', { get: async () => ({ attempts }) as never });
  };
  const client = await openPatiently(open, context, { pauseMilliseconds: 0 });
  expect(await client.get('/v1/me')).toEqual({ attempts: 2 });
});
