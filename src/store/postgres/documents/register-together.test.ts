import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../../../test/sample-documents.ts';
import { newId } from '../../../domain/ids.ts';
import type { IncomingDocument, Registration } from '../../documents.ts';
import { registerTogether } from './register-together.ts';

const tenant = newId('tenant');
const [job, otherJob] = [newId('job'), newId('job')];
const documentOf = (name: string) => sampleDocument(name, name);

/** Registers under the document's own name, each call when it is let go; names that begin with `bad` fail their call. */
function createStub() {
  const calls: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const register = registerTogether(async (_tenant, jobId, incoming) => {
    const names = incoming.map(({ externalId }) => externalId);
    calls.push(names);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    const bad = names.find((name) => name.startsWith('bad'));
    if (bad !== undefined) throw new Error(bad);
    return names.map((name) => ({ documentId: name, version: 1, outcome: 'added', jobId }) as unknown as Registration);
  });
  const add = async (name: string, to: typeof job | null = job) =>
    (await register(tenant, to, [documentOf(name)])).map(({ documentId }) => documentId);
  /** Lets calls go until none is left that has begun. */
  async function finish<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => {});
    while (!isOver) {
      for (const gate of gates.splice(0)) gate.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await over;
  }
  return { add, calls, finish, register };
}

describe('registerTogether', () => {
  it('registers together what arrives while a transaction runs, each caller with its own result', async () => {
    const { add, calls, finish } = createStub();
    const added = await finish(Promise.all(['a', 'b', 'c', 'd'].map((name) => add(name))));
    expect(added).toEqual([['a'], ['b'], ['c'], ['d']]);
    expect(calls).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('keeps the error of one from the others', async () => {
    const { add, calls, finish } = createStub();
    const results = await finish(Promise.allSettled(['a', 'b', 'bad', 'c'].map((name) => add(name))));
    expect(results).toMatchObject([{ value: ['a'] }, { value: ['b'] }, { reason: new Error('bad') }, { value: ['c'] }]);
    expect(calls).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c']]);
  });

  it('fails a lone call with its error, and serves the next', async () => {
    const { add, finish } = createStub();
    await expect(finish(add('bad'))).rejects.toThrow('bad');
    expect(await finish(add('a'))).toEqual(['a']);
  });

  it('keeps jobs apart, and calls without one', async () => {
    const { add, calls, finish } = createStub();
    const work = [add('a'), add('b', otherJob), add('c', null), add('d', null), add('e')];
    await finish(Promise.all(work));
    expect(calls).toEqual([['a'], ['b'], ['c'], ['d'], ['e']]);
  });

  it('takes a bounded number into one transaction', async () => {
    const { add, calls, finish } = createStub();
    const names = Array.from({ length: 70 }, (_, number) => `${number}`);
    expect((await finish(Promise.all(names.map((name) => add(name))))).flat()).toEqual(names);
    expect(calls.map(({ length }) => length)).toEqual([1, 32, 32, 5]);
  });

  it('gives a caller of several documents all of its own', async () => {
    const { add, finish, register } = createStub();
    const several: IncomingDocument[] = ['x', 'y'].map(documentOf);
    const work = Promise.all([add('a'), register(tenant, job, several), add('b')]);
    const [, both, last] = await finish(work);
    expect(both.map(({ documentId }) => documentId)).toEqual(['x', 'y']);
    expect(last).toEqual(['b']);
  });
});
