import { expect, it, vi } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { embedTexts } from './embed-texts.ts';
import { runBatches } from './run-batches.ts';

const never = new AbortController().signal;
const refusal = new AppError('MODEL_BAD_RESPONSE', 'It refuses the request.');

function embedderRefusing(isRefused: (text: string) => boolean) {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    async embedDocuments(texts: readonly string[]) {
      calls.push(texts);
      if (texts.some(isRefused)) throw refusal;
      return texts.map((text) => Float32Array.of(text.length));
    },
  };
}

it('finds the texts that are refused, and embeds all others', async () => {
  const texts = Array.from({ length: 64 }, (_, index) => (index % 30 === 7 ? `bad ${index}` : `good ${index}`));
  const embedder = embedderRefusing((text) => text.startsWith('bad'));
  const results = await embedTexts(embedder, texts, never);
  expect(results.map((result) => (result instanceof AppError ? result.code : result[0]))).toEqual(
    texts.map((text) => (text.startsWith('bad') ? 'MODEL_BAD_RESPONSE' : text.length)),
  );
  expect(embedder.calls.length).toBeLessThan(45);
});

it('blames no text when the server refuses everything', async () => {
  const embedder = embedderRefusing(() => true);
  await expect(embedTexts(embedder, ['one', 'two', 'three', 'four'], never)).rejects.toBe(refusal);
  expect(embedder.calls.length).toBeLessThan(6);
});

it('throws what speaks against the server at once', async () => {
  const away = new AppError('MODEL_UNAVAILABLE', 'away');
  const embedDocuments = vi.fn(() => Promise.reject(away));
  await expect(embedTexts({ embedDocuments }, ['one', 'two'], never)).rejects.toBe(away);
  expect(embedDocuments).toHaveBeenCalledOnce();
});

it('saves what succeeds beside a batch that fails, and begins no further one', async () => {
  const saved: number[] = [];
  const made: number[] = [];
  const run = runBatches([1, 2, 3, 4, 5, 6], {
    atOnce: 3,
    shouldStop: () => false,
    make: async (batch) => {
      made.push(batch);
      // The third one fails first.
      for (let turn = 0; turn < (batch === 3 ? 1 : 5); turn += 1) await null;
      if (batch === 3) throw refusal;
      return [batch, batch * 10];
    },
    save: async (rows) => void saved.push(...rows),
  });
  await expect(run).rejects.toBe(refusal);
  expect(made).toEqual([1, 2, 3]);
  expect(saved.sort((one, other) => one - other)).toEqual([1, 2, 10, 20]);
});

it('saves several batches together when saving is slower, one call after the other', async () => {
  let saving = 0;
  const sizes: number[] = [];
  await runBatches(
    Array.from({ length: 20 }, (_, index) => index),
    {
      atOnce: 4,
      shouldStop: () => false,
      make: async (batch) => [batch],
      save: async (rows) => {
        saving += 1;
        expect(saving).toBe(1);
        for (let turn = 0; turn < 30; turn += 1) await null;
        sizes.push(rows.length);
        saving -= 1;
      },
    },
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20);
  expect(sizes.length).toBeLessThan(20);
});

it('reports a save that fails', async () => {
  const full = new AppError('STORAGE_FULL', 'full');
  const run = runBatches([1, 2], {
    ...{ atOnce: 1, shouldStop: () => false, make: async (batch: number) => [batch] },
    save: () => Promise.reject(full),
  });
  await expect(run).rejects.toBe(full);
});

it('makes one batch in each lane even when it should stop', async () => {
  const saved: number[] = [];
  await runBatches([1, 2, 3, 4, 5], {
    ...{ atOnce: 2, shouldStop: () => true, make: async (batch: number) => [batch] },
    save: async (rows) => void saved.push(...rows),
  });
  expect(saved).toEqual([1, 2]);
});
