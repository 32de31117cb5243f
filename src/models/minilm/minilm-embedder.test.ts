import { afterAll, describe, expect, it } from 'vitest';
import { createMiniLmEmbedder } from './minilm-embedder.ts';

const never = new AbortController().signal;
const embedder = createMiniLmEmbedder({ threads: 1 });
afterAll(() => embedder.close());

const cosine = (one: Float32Array | undefined, other: Float32Array | undefined) =>
  one && other ? one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) : Number.NaN;

describe('createMiniLmEmbedder', () => {
  it('gives unit vectors that are near for like meanings', async () => {
    const [question, near, far] = await embedder.embedQuestions(
      ['How do I get my money back?', 'Refunds are paid within ten days.', 'The cat sleeps on the sofa.'],
      never,
    );
    expect(question).toHaveLength(384);
    expect(cosine(question, question)).toBeCloseTo(1, 5);
    expect(cosine(question, near)).toBeGreaterThan(cosine(question, far) + 0.2);
  });

  it('gives a text the same vector whatever stands beside it', async () => {
    const texts = ['short', 'a longer text about refunds '.repeat(30), '', 'middle '.repeat(40), '漢字 '.repeat(500)];
    const together = await embedder.embedDocuments(texts, never);
    for (const [index, text] of texts.entries()) {
      const [alone] = await embedder.embedDocuments([text], never);
      expect(together[index]).toEqual(alone);
    }
  });

  it('reads the first 256 tokens of a text', async () => {
    const head = 'refund '.repeat(254);
    const [whole, cut] = await embedder.embedDocuments([`${head}sofa cat`, head], never);
    expect(cosine(whole, cut)).toBeCloseTo(1, 5);
  });

  it('answers an empty list at once', async () => {
    expect(await embedder.embedQuestions([], never)).toEqual([]);
  });

  it('stops with the reason of the signal and serves the next caller', async () => {
    const controller = new AbortController();
    const work = embedder.embedDocuments(new Array(200).fill('word '.repeat(250)), controller.signal);
    controller.abort(new Error('no longer wanted'));
    await expect(work).rejects.toThrow('no longer wanted');
    await expect(embedder.embedDocuments(['next'], controller.signal)).rejects.toThrow('no longer wanted');
    expect(await embedder.embedDocuments(['next'], never)).toHaveLength(1);
  });

  it('refuses work after it was closed', async () => {
    const closing = createMiniLmEmbedder({ threads: 1 });
    const work = closing.embedDocuments(['a text'], never);
    await Promise.all([expect(work).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' }), closing.close()]);
    await expect(closing.embedQuestions(['a text'], never)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});
