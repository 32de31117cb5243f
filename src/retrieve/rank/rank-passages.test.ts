import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../../test/scored-passage.ts';
import { newId, type PassageId } from '../../domain/ids.ts';
import { asItIs } from '../../models/similarity.ts';
import type { PassageWindow } from '../../store/documents.ts';
import type { RankContext } from '../rank-stage.ts';
import type { ScoredPassage } from '../retrieve.ts';
import { createRanker } from './rank-passages.ts';

const never = new AbortController().signal;
const index = {
  inverseDocumentFrequencies: async (_tenant: string, terms: Int32Array) => new Float32Array(terms.length).fill(4),
};
const ranker = createRanker({ index, embedder: { languages: ['en'] } });

function passage(name: string, text: string, scores: Partial<ScoredPassage> = {}): ScoredPassage {
  const found = { score: 0.5, dense: 0.5, sparse: 2 };
  return scoredPassage({ id: `psg_${name}`, documentId: `doc_${name}`, title: name, text, ...found, ...scores });
}

function context(question: string, windows: [PassageId, PassageWindow[]][] = []): RankContext {
  const principal = {
    tenantId: newId('tenant'),
    credential: newId('key'),
    userId: null,
    role: 'admin',
    scopes: [],
    grants: [],
  } as const;
  return {
    input: { queries: [question], principal, filter: null, limit: 10, tokenBudget: null },
    questionVector: { vector: Float32Array.of(1, 0), similarityOf: asItIs },
    windows: new Map(windows),
    idealSparse: 10,
    now: new Date(0),
    lap: () => {},
  };
}
const names = (passages: readonly ScoredPassage[]) => passages.map(({ title }) => title);

describe('createRanker', () => {
  it('prefers the passage whose words answer, and says by which words and features', async () => {
    const question = 'When are refunds paid?';
    const { passages, relevance } = await ranker.run(
      [passage('invoices', 'Invoices are sent every month.'), passage('refunds', 'Refunds are paid within ten days.')],
      context(question),
      never,
    );
    expect(names(passages)).toEqual(['refunds', 'invoices']);
    const [fuse, rank, final] = passages[0]?.steps ?? [];
    expect([fuse?.step, rank?.step, final?.step]).toEqual(['fuse', 'rank', 'relevance']);
    expect(rank).toMatchObject({ window: { start: 0, end: 33 }, terms: { refunds: 4, paid: 4 } });
    expect(Object.keys(rank?.contributions ?? {})).toContain('windowCoverage');
    expect(final?.score).toBeCloseTo((rank?.score ?? 0) * (relevance ?? 0), 9);
    expect(passages[0]?.score).toBe(final?.score);
  });

  it('takes the window that is nearest to the question', async () => {
    const text = 'Nothing of the kind stands here. Money comes back in ten days.';
    const window = (start: number, end: number, vector: number[]): PassageWindow => ({
      start,
      end,
      vector: Int8Array.from(vector),
      scale: 0.01,
    });
    const windows = [window(0, 32, [0, 100]), window(33, text.length, [100, 0])];
    const { passages } = await ranker.run(
      [passage('policy', text), passage('other', 'Something else.')],
      context('When are refunds paid?', [['psg_policy', windows]]),
      never,
    );
    const found = passages.find(({ title }) => title === 'policy')?.steps.find(({ step }) => step === 'rank');
    expect(found?.window).toEqual({ start: 33, end: text.length });
  });

  it('reads the cosines of windows on the scale of the embedder', async () => {
    const text = 'Refunds are paid within ten days.';
    const windows = [{ start: 0, end: text.length, vector: Int8Array.of(80, 60), scale: 0.01 }];
    const asked = context('When are refunds paid?', [['psg_policy', windows]]);
    const halved = { vector: Float32Array.of(1, 0), similarityOf: (cosine: number) => cosine / 2 };
    const { passages } = await ranker.run([passage('policy', text)], { ...asked, questionVector: halved }, never);
    const [window] = passages[0]?.steps.find(({ step }) => step === 'rank')?.windows ?? [];
    expect(window?.cosine).toBeCloseTo(0.4, 5);
  });

  it('ranks by words where there is no vector, also one passage among others', async () => {
    const waiting = passage('refunds', 'Refunds are paid within ten days.', { dense: null });
    const other = passage('invoices', 'Invoices are sent every month.', { sparse: 0 });
    const { passages } = await ranker.run([other, waiting], context('When are refunds paid?'), never);
    expect(names(passages)).toEqual(['refunds', 'invoices']);
    const contributions = passages[0]?.steps.find(({ step }) => step === 'rank')?.contributions ?? {};
    expect(Object.keys(contributions)).not.toContain('cosine');
  });

  it('ranks by words what is in a language or script that the embedder does not know', async () => {
    const german = passage('de', 'Die Rückzahlung wird in der Regel nach zehn Tagen auf das Konto überwiesen.');
    const arabic = passage('ar', 'يتم رد الأموال خلال عشرة أيام من تاريخ الطلب.');
    const { passages } = await ranker.run(
      [german, arabic, passage('en', 'The refund is paid.')],
      context('refund'),
      never,
    );
    const usesVectors = passages.map(({ title, steps }) => [title, 'cosine' in (steps[1]?.contributions ?? {})]);
    expect(Object.fromEntries(usesVectors)).toEqual({ de: false, ar: false, en: true });
  });

  it('keeps what lies below the best 50 beneath them, in its order, with scores in [0, 1]', async () => {
    const many = Array.from({ length: 60 }, (_, place) =>
      passage(`p${place}`, `Text ${place}.`, { score: 1 - place / 100 }),
    );
    const { passages } = await ranker.run(many, context('When are refunds paid?'), never);
    expect(names(passages.slice(50))).toEqual(names(many.slice(50)));
    const scores = passages.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((one, other) => other - one));
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
  });

  it('has nothing to say of nothing', async () => {
    expect(await ranker.run([], context('When?'), never)).toMatchObject({ passages: [] });
  });
});
