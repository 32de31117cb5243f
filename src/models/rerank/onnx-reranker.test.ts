import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTinyCrossEncoder } from '../../../test/tiny-cross-encoder.ts';
import { createOnnxReranker, type OnnxRerankerOptions } from './onnx-reranker.ts';

const never = new AbortController().signal;
let folder = '';
let file = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cross-encoder-'));
  file = join(folder, 'model.onnx');
  await writeTinyCrossEncoder(file);
});
afterAll(() => rm(folder, { recursive: true }));

const open = (options: Partial<OnnxRerankerOptions> = {}) =>
  createOnnxReranker({ file, threads: 2, timeoutMs: 30_000, ...options });
/** The logit of the tiny model is the number of shared pieces, [SEP] among them, minus three. */
const relevanceOf = (shared: number) => 1 / (1 + Math.exp(2 - shared));

describe('createOnnxReranker', () => {
  it('scores each text with the question, in the order of the texts, shared out among threads', async () => {
    const texts = ['Money takes ten days.', 'The board meets', 'When is money paid?', '', 'paid'];
    const relevance = await (await open()).rerank({ query: 'When is money paid?', texts }, never);
    expect(relevance).toEqual([1, 0, 5, 0, 1].map((shared) => expect.closeTo(relevanceOf(shared), 5)));
  });

  it('gives a text the same relevance whatever stands beside it', async () => {
    const reranker = await open();
    const request = { query: 'money', texts: ['short', 'money '.repeat(300), '漢字 '.repeat(500), 'money'] };
    const together = await reranker.rerank(request, never);
    for (const [index, text] of request.texts.entries())
      expect(await reranker.rerank({ ...request, texts: [text] }, never)).toEqual([together[index]]);
  });

  it('finds the vocabulary in the folder above, and names the model by both', async () => {
    const inside = join(folder, 'model-name', 'onnx', 'model.onnx');
    await writeTinyCrossEncoder(inside, { folder: join(folder, 'model-name') });
    const reranker = await open({ file: inside });
    expect(reranker.id).toBe(join('onnx', 'model.onnx'));
    expect(await reranker.rerank({ query: 'money', texts: ['money'] }, never)).toEqual([
      expect.closeTo(relevanceOf(1), 5),
    ]);
  });

  it('reads the beginning of a text that is too long, and of a question enough to leave room for the text', async () => {
    const reranker = await open();
    const ask = async (query: string, text: string) => (await reranker.rerank({ query, texts: [text] }, never))[0];
    expect(await ask('money', `money ${'word '.repeat(2_000)}`)).toBeCloseTo(relevanceOf(1), 5);
    expect(await ask('money', `${'word '.repeat(2_000)} money`)).toBeCloseTo(relevanceOf(0), 5);
    expect(await ask(`money ${'other '.repeat(5_000)}`, 'money')).toBeCloseTo(relevanceOf(1), 5);
  });

  it('stops with the reason of the signal, gives up at the deadline, and serves the next caller', async () => {
    const late = await open({ timeoutMs: 1 });
    const texts = Array(5_000).fill('word '.repeat(400));
    await expect(late.rerank({ query: 'q', texts }, never)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const reranker = await open();
    const controller = new AbortController();
    const ranking = reranker.rerank({ query: 'q', texts }, controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(ranking).rejects.toThrow('no longer wanted');
    expect(await reranker.rerank({ query: 'money', texts: ['money'] }, never)).toHaveLength(1);
    expect(await reranker.rerank({ query: 'q', texts: [] }, never)).toEqual([]);
    await reranker.close();
    await expect(reranker.rerank({ query: 'q', texts: ['a'] }, never)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      detail: 'The cross-encoder of RERANK_FILE is closed.',
    });
  });

  it('says at the start that a file is not there, or its vocabulary', async () => {
    const alone = join(await mkdtemp(join(folder, 'alone-')), 'deep', 'model.onnx');
    await expect(open({ file: alone })).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      errors: [{ field: 'RERANK_FILE', expected: expect.stringContaining('that is there') }],
    });
    await writeTinyCrossEncoder(alone);
    await rm(join(alone, '..', 'tokenizer.json'));
    await expect(open({ file: alone })).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      errors: [{ field: 'RERANK_FILE', expected: expect.stringContaining('tokenizer.json') }],
    });
  });

  it.each(['no model', 'a model of another kind'])('says at the start that a file is %s', async (kind) => {
    const wrong = join(await mkdtemp(join(folder, 'wrong-')), 'model.onnx');
    await writeTinyCrossEncoder(wrong, { kind: 'tagging' });
    if (kind === 'no model') await writeFile(wrong, 'inner text');
    const failure = await open({ file: wrong }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CONFIGURATION_INVALID', errors: [{ field: 'RERANK_FILE' }] });
    expect(failure.detail).toContain(`one number for a pair of texts, read ${JSON.stringify(wrong)}`);
    expect(failure.detail).not.toContain('inner text');
  });
});
