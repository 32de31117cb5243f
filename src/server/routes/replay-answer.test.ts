import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonBody, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { openSearchingApp } from '../../../test/searching-app.ts';
import type { Replay } from '../../chains/replay/replay-answer.ts';
import { describeReplay } from '../../cli/replay.ts';
import type { Answer } from '../../domain/answer.ts';
import type { SqlDriver } from '../../store/sql.ts';

const question = 'How long does the warranty of the pump last?';
const old = 'The warranty of the pump lasts 24 months from the day of purchase.';

describe('replaying an answer', () => {
  let driver: SqlDriver;
  let app: TestApp;
  let key: string;

  beforeAll(async () => {
    driver = await openTestDatabase();
  });
  afterAll(async () => await driver.close());
  beforeEach(async () => {
    app = await openSearchingApp(driver);
    key = await app.createKey();
    await app.publish({ title: 'Warranty', text: old });
    await app.publish({ title: 'Opening hours', text: 'The shop opens at nine in the morning.' });
  });

  async function ask(options: object = {}): Promise<Answer> {
    const response = await app.request('/v1/answers', key, jsonBody({ question, ...options }));
    expect(response.status).toBe(200);
    return (await response.json()) as Answer;
  }

  async function replay(id: string): Promise<Replay> {
    const response = await app.request(`/v1/answers/${id}/replay`, key, { method: 'POST' });
    expect(response.status).toBe(200);
    return (await response.json()) as Replay;
  }

  it('finds no difference where nothing has changed, and stores nothing', async () => {
    const answer = await ask();
    expect(answer.text).toContain('24 months');
    const replayed = await replay(answer.id);
    expect(replayed).toMatchObject({ same: true, gone: [] });
    expect(replayed.conditions.timings.total).toEqual({ before: answer.timings.total, after: expect.any(Number) });
    expect(describeReplay(replayed)).toMatch(/^The answer is the same\.\ntimes: /);
    expect((await app.request(`/v1/answers/${replayed.replayed.id}`, key)).status).toBe(404);
  });

  it('reads the version that the answer was read from, not a newer one or a newer document', async () => {
    const { id } = await ask();
    await app.publish({
      title: 'Warranty',
      text: 'The warranty of the pump lasts 36 months from the day of purchase.',
    });
    await app.publish({
      title: 'Pumps',
      text: 'The warranty of the pump lasts forever. Pump warranty, pump warranty.',
    });
    expect((await ask()).text).not.toContain('24 months');
    const replayed = await replay(id);
    expect(replayed.replayed.text).toContain('24 months');
    expect(replayed.gone).toEqual([]);
    // How rare words are is counted in the present documents, so that confidence may differ.
    expect(replayed.differences).toMatchObject({
      state: null,
      passages: { gained: [], lost: [], moved: [] },
      sentences: { gained: [], lost: [], reordered: false },
      quotes: { gained: [], lost: [] },
    });
  });

  it('says which passages are gone, and what that makes of the answer', async () => {
    const answer = await ask();
    const [quote] = answer.quotes;
    await app.stores.documents.remove(app.tenant, [quote?.documentId as `doc_${string}`]);
    const replayed = await replay(answer.id);
    expect(replayed.same).toBe(false);
    expect(replayed.gone).toMatchObject([{ id: quote?.passageId, version: 1 }]);
    expect(replayed.differences.quotes.lost).toMatchObject([{ text: quote?.text, start: quote?.start }]);
    expect(replayed.differences.sentences.lost).toEqual([old]);
    const lines = describeReplay(replayed);
    expect(lines).toContain(`gone: passage ${quote?.passageId}`);
    expect(lines).toContain(`- sentence: ${old}`);
  });

  it('asks as the answer was asked, which its record tells with its events and costs', async () => {
    const filter = { title: { eq: 'Warranty' } };
    const answer = await ask({ filter, mode: 'lenient', maxQuotes: 3, locale: 'de', expand: false });
    const response = await app.request(`/v1/answers/${answer.id}/record`, key);
    expect(await response.json()).toMatchObject({
      question,
      rewrite: null,
      state: 'finished',
      model: 'extractive',
      parameters: {
        mode: 'lenient',
        filter: { kind: 'condition', field: 'title', operator: 'eq', value: 'Warranty' },
        locale: 'de',
        maxQuotes: 3,
        expand: false,
        history: [],
        limits: { passages: 8, tokens: 2400 },
      },
      passages: [{ version: 1, score: expect.any(Number) }],
      refusal: { contributions: { unitCoverage: expect.any(Number) } },
      events: expect.arrayContaining([expect.objectContaining({ type: 'answer-started', sequence: 0 })]),
      usage: answer.usage,
      cost: 0,
      timings: answer.timings,
    });
    await app.publish({ title: 'Pump warranty', text: 'The warranty of the pump lasts 12 months.' });
    expect((await replay(answer.id)).differences.passages.gained).toEqual([]);
  });

  it('belongs to who asked', async () => {
    const { id } = await ask();
    const other = await app.createKey({ role: 'reader' });
    expect((await app.request(`/v1/answers/${id}/replay`, other, { method: 'POST' })).status).toBe(404);
  });
});
