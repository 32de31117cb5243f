import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchTexts, createEmbeddingLane } from './embedding-lane.ts';

const never = new AbortController().signal;

/** A thread that runs `onMessage` for each request; it closes when it is told to. */
const program = (onMessage: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from 'node:worker_threads';
      parentPort.on('message', async (message) => {
        if ('close' in message) return parentPort.close();
        ${onMessage}
      });
    `)}`,
  );
const model = { maxTokens: 8, dimensions: 1, givesWay: false };
const lane = (onMessage: string, deadlineMilliseconds = 10_000) =>
  createEmbeddingLane({ threads: 1, ...model, deadlineMilliseconds, program: program(onMessage) });
const reply = 'parentPort.postMessage({ id: message.id, numbers: Float32Array.from(message.request.texts, Number) });';

describe('createEmbeddingLane', () => {
  it('puts the vectors of all batches in the order of the texts', async () => {
    const { embed, close } = lane(reply);
    const texts = Array.from({ length: 50 }, (_, index) => String(index).padStart(300 + (index % 7)));
    expect(await embed(texts, never)).toEqual(texts.map((text) => Float32Array.of(Number(text))));
    await close();
  });

  it('fails what a thread held when it ended, and starts another for the next text', async () => {
    const { embed, close } = lane(`if (message.request.texts[0] === 'die') process.exit(1); ${reply}`);
    await expect(embed(['die'], never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(await embed(['7'], never)).toEqual([Float32Array.of(7)]);
    await close();
  });

  it('reports a thread that cannot start', async () => {
    const { embed, close } = lane('');
    const broken = createEmbeddingLane({
      threads: 1,
      ...model,
      deadlineMilliseconds: 10_000,
      program: new URL('data:text/javascript,throw new Error("no model file")'),
    });
    const failure = await broken.embed(['text'], never).catch((error) => error);
    expect(failure).toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(failure.detail).not.toContain('no model file');
    await Promise.all([close(), broken.close(), expect(embed(['x'], never)).rejects.toThrow()]);
  });

  it('gives up a thread that does not answer', async () => {
    const { embed, close } = lane('', 30);
    await expect(embed(['text'], never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await close();
  });

  it('shares a question out to a warm thread of another lane that is at rest, and not to one that is at work', async () => {
    const named = (name: string) =>
      `if (message.request.texts[0] === '1') await new Promise((resolve) => parentPort.once('message', resolve));
       parentPort.postMessage({ id: message.id, numbers: Float32Array.of(${name}) });`;
    const options = { threads: 1, ...model, deadlineMilliseconds: 10_000, charactersPerBatch: 1 };
    const lender = createEmbeddingLane({ ...options, program: program(named('2')) });
    const borrower = createEmbeddingLane({
      ...options,
      program: program(named('3')),
      spareThread: lender.idleThread,
    });
    const ask = async () => (await borrower.embed(['a', 'b'], never)).map(([value]) => value);
    expect(lender.idleThread()).toBeNull();
    expect(await ask()).toEqual([3, 3]);
    await lender.embed(['warm'], never);
    expect(await ask()).toEqual([3, 2]);
    const working = lender.embed(['1'], never);
    expect(lender.idleThread()).toBeNull();
    expect(await ask()).toEqual([3, 3]);
    const [first] = await Promise.all([lender.embed(['go'], never), working]);
    expect(first).toEqual([Float32Array.of(2)]);
    await Promise.all([borrower.close(), lender.close()]);
  });

  it('ends all threads but one when there has been no work for a while, and starts others with the next', async () => {
    const counting = `globalThis.answered = (globalThis.answered ?? 0) + 1;
      parentPort.postMessage({ id: message.id, numbers: Float32Array.of(globalThis.answered) });`;
    const options = { ...model, deadlineMilliseconds: 10_000, charactersPerBatch: 1 };
    const { embed, close } = createEmbeddingLane({
      ...options,
      threads: 2,
      idleSeconds: 0.01,
      program: program(counting),
    });
    const askBoth = async () => (await embed(['a', 'b'], never)).map(([count]) => count).toSorted();
    expect(await askBoth()).toEqual([1, 1]);
    await expect.poll(askBoth).toEqual([1, expect.any(Number)]);
    expect(await embed(['a'], never)).not.toEqual([Float32Array.of(1)]);
    await close();
  });

  it('names a text on which the model failed, and goes on', async () => {
    const { embed, close } = lane(`
      if (message.request.texts[0] === 'bad') return parentPort.postMessage({ id: message.id, error: 'broken tensor' });
      ${reply}`);
    await expect(embed(['bad'], never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(await embed(['7'], never)).toEqual([Float32Array.of(7)]);
    await close();
  });
});

describe('batchTexts', () => {
  it('puts every text into one batch, longest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3000)), (lengths) => {
        const texts = lengths.map((length) => 'x'.repeat(length));
        const positions = batchTexts(texts).flat();
        expect(positions.toSorted((one, other) => one - other)).toEqual([...texts.keys()]);
        const ordered = positions.map((position) => lengths[position] ?? 0);
        expect(ordered).toEqual(ordered.toSorted((one, other) => other - one));
      }),
    );
  });
});
