import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Embed } from './embedder.ts';
import { createMiniLmEmbedder } from './minilm/minilm-embedder.ts';
import { asItIs, builtInSpread, createSimilarity, measureSpread, similarityFrom } from './similarity.ts';

const never = new AbortController().signal;
const embedder = createMiniLmEmbedder({ threads: 1 });
afterAll(() => embedder.close());

/** The built-in embedder's vectors, with one more number that they all share: no cosine of two is less than about .4. */
async function embedNarrowly(texts: readonly string[]): Promise<Float32Array[]> {
  const shared = 0.9;
  const length = Math.hypot(1, shared);
  const vectors = await embedder.embedQuestions(texts, never);
  return vectors.map((vector) => Float32Array.from([...vector, shared], (value) => value / length));
}

const narrow = (embed: Embed = embedNarrowly) => ({ embedQuestions: embed, embedSentences: embed });

const cosine = (one: Float32Array | undefined, other: Float32Array | undefined) =>
  one?.reduce((sum, value, index) => sum + value * (other?.[index] ?? 0), 0) ?? Number.NaN;

describe('measureSpread', () => {
  it('gives the spread of the built-in embedder that weights were fitted on', async () => {
    const { related, strangers } = await measureSpread(embedder, never);
    // Processors with and without VNNI add up integers otherwise: .273 and .268 were seen.
    expect(Math.abs(related - builtInSpread.related)).toBeLessThan(0.01);
    expect(Math.abs(strangers - builtInSpread.strangers)).toBeLessThan(0.01);
  });
});

describe('similarityFrom', () => {
  it('brings what an embedder gives for strangers and for answers to what the built-in one gives', async () => {
    const texts = ['When are refunds paid?', 'Refunds are paid within ten days.', 'The cat sleeps on the sofa.'];
    const [question, near, far] = await embedNarrowly(texts);
    const [askedFor, own, other] = await embedder.embedQuestions(texts, never);
    const similarityOf = similarityFrom(await measureSpread(narrow(), never));
    expect(cosine(question, far)).toBeGreaterThan(0.4);
    expect(similarityOf(cosine(question, near))).toBeCloseTo(cosine(askedFor, own), 1);
    expect(similarityOf(cosine(question, far))).toBeCloseTo(cosine(askedFor, other), 1);
  });

  it('keeps the order of cosines and gives nothing more than 1, whatever was measured', () => {
    const spread = fc.record({ related: fc.double({ noNaN: true }), strangers: fc.double({ noNaN: true }) });
    const cosines = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(spread, cosines, cosines, (measured, one, other) => {
        const similarityOf = similarityFrom(measured);
        const [lesser, greater] = [Math.min(one, other), Math.max(one, other)].map(similarityOf);
        expect(lesser).toBeLessThanOrEqual(greater ?? Number.NaN);
        expect(greater).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each([
    { related: 0.5, strangers: 0.5 },
    { related: 0.2, strangers: 0.9 },
    { related: Number.NaN, strangers: 0.1 },
  ])('leaves alone what tells answers and strangers not apart: %o', (spread) => {
    expect(similarityFrom(spread)).toBe(asItIs);
  });
});

describe('createSimilarity', () => {
  it('measures once for all who ask, and again after a failure', async () => {
    const embedded: number[] = [];
    let isDown = true;
    const similarity = createSimilarity(
      narrow(async (texts) => {
        if (isDown) throw new Error('not yet');
        embedded.push(texts.length);
        return await embedNarrowly(texts);
      }),
    );
    const [first, second] = await Promise.allSettled([similarity(), similarity()]);
    expect([first.status, second.status]).toEqual(['rejected', 'rejected']);
    isDown = false;
    const [one, other] = await Promise.all([similarity(), similarity()]);
    expect(one).toBe(other);
    expect(embedded).toEqual(Array(8).fill(16));
  });
});
