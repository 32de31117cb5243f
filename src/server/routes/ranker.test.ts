import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsonBody, openApp, quotedAnswer, quoteOf, scriptedAnswer, type TestApp } from '../../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../../test/open-database.ts';
import { AppError } from '../../domain/errors.ts';
import { type DocumentId, newId, passageId } from '../../domain/ids.ts';
import type { Embedder } from '../../models/embedder.ts';
import { createRankerAdministration, type RankerFitting } from '../../retrieve/rank/own/administer-ranker.ts';
import { createOwnWeights } from '../../retrieve/rank/own/own-weights.ts';
import { createReadQuestions } from '../../retrieve/rank/own/read-questions.ts';
import { createRanker } from '../../retrieve/rank/rank-passages.ts';
import { readShippedFit } from '../../retrieve/rank/shipped-fit.ts';
import type { RankStage } from '../../retrieve/rank-stage.ts';
import { createRetrieve } from '../../retrieve/retrieve-passages.ts';
import { createStores } from '../../store/postgres/stores.ts';
import type { SqlDriver } from '../../store/sql.ts';
import { createMemoryIndex } from '../../store/vectors/memory/memory-index.ts';

/** One more than a fit needs. */
const ratedTopics = 31;
const unseenTopics = 4;
const firstSyllables = ['ba', 'de', 'fi', 'go', 'ku', 'la'];
const lastSyllables = ['mor', 'nel', 'pix', 'rund', 'stav', 'telk'];
const topics = firstSyllables
  .flatMap((first) => lastSyllables.map((last) => `${first}${last}`))
  .slice(0, ratedTopics + unseenTopics);
const questionOf = (topic: string) => `How is the ${topic} configured?`;

let driver: SqlDriver;
let app: TestApp;
let admin: string;
let embedderIsAway: boolean;
/** Of each topic, the document that is titled by it; readers prefer it to the one that speaks of it. */
const manuals = new Map<string, { id: DocumentId; title: string; text: string }>();

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openRankingApp();
  admin = await app.createKey();
  await Promise.all(
    topics.map(async (topic, place) => {
      const manual = { title: `${topic} manual`, text: 'Press both buttons until the lamp is green.' };
      manuals.set(topic, { id: await app.publish(manual), ...manual });
      await app.publish({
        title: `Forum ${place}`,
        text: `Somebody asked how the ${topic} is configured. Nobody knew.`,
      });
    }),
  );
  await Promise.all(topics.slice(0, ratedTopics).map((topic) => rate(topic, { rating: 'up' })));
}, 120_000);
beforeEach(() => {
  embedderIsAway = false;
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

/** The server with the product's ranking, by words alone, and answers that quote the manual of the topic. */
async function openRankingApp(): Promise<TestApp> {
  const stores = createStores(driver);
  const embedder: Embedder = {
    ...{ id: 'test', dimensions: 2, maxTokens: 256, languages: null },
    embedQuestions: async (texts) => {
      if (embedderIsAway) throw new AppError('MODEL_UNAVAILABLE', 'Away.');
      return texts.map(() => Float32Array.of(1, 0));
    },
    embedDocuments: async (texts) => texts.map(() => Float32Array.of(0, 1)),
    embedSentences: async (texts) => texts.map(() => Float32Array.of(0, 1)),
    close: async () => {},
  };
  const index = createMemoryIndex({ rows: stores.indexRows, embedder });
  const { documents } = stores;
  const retrieveWith = (stages: readonly RankStage[]) =>
    createRetrieve({ index, embedder, documents, countTokens: (text) => text.length / 4, stages });
  const shipped = readShippedFit();
  const ownWeights = createOwnWeights({ rankers: stores.rankers, shipped, now: () => performance.now() });
  const rankerAdministration = createRankerAdministration({
    ...stores,
    generation: stores.indexRows.generation,
    readQuestions: createReadQuestions({ index, embedder, retrieveWith }),
    ...{ ownWeights, shipped, now: () => new Date('2026-02-03T04:05:06.000Z') },
  });
  return await openApp(driver, {
    retrieve: retrieveWith([createRanker({ index, embedder, shipped, ownWeights })]),
    rankerAdministration,
    answerQuestion: scriptedAnswer(({ question }) => {
      const manual = manuals.get(topics.find((topic) => question.includes(topic)) ?? '');
      if (!manual) return [];
      const id = passageId(app.tenant, manual.id, 1, 0);
      return quotedAnswer({ ...quoteOf(manual, manual.text), passageId: id });
    }),
  });
}

async function rate(topic: string, feedback: object): Promise<void> {
  const asked = await app.request('/v1/answers', admin, jsonBody({ question: questionOf(topic) }));
  const { id } = (await asked.json()) as { id: string };
  const rated = await app.request(`/v1/answers/${id}/feedback`, admin, jsonBody(feedback));
  expect(rated.status).toBe(204);
}

async function fitRanker(key: string, body: object = {}) {
  const response = await app.request('/v1/ranker/fit', key, jsonBody(body));
  return { status: response.status, body: await response.json() };
}
const show = async (key: string) => (await app.request('/v1/ranker', key)).json();

/** Whether the manual is first, and whose weights said so, for each question that was never rated. */
async function searchUnseen() {
  const found = [];
  for (const topic of topics.slice(ratedTopics)) {
    const body = jsonBody({ query: questionOf(topic), explain: true, limit: 3 });
    const { passages } = (await (await app.request('/v1/search', admin, body)).json()) as {
      passages: { title: string; steps: { step: string; weights?: string; fittedAt?: string }[] }[];
    };
    const rank = passages[0]?.steps.find(({ step }) => step === 'rank');
    found.push({
      isManual: passages[0]?.title === `${topic} manual`,
      weights: rank?.weights,
      fittedAt: rank?.fittedAt,
    });
  }
  return found;
}
const shippedOrder = () =>
  Array.from({ length: unseenTopics }, () => ({
    ...{ isManual: false, weights: 'shipped', fittedAt: readShippedFit().fittedAt },
  }));

describe('the ranker of a tenant', () => {
  it('is for administrators', async () => {
    const reader = await app.createKey({ role: 'reader' });
    expect((await fitRanker(reader)).status).toBe(403);
    for (const method of ['GET', 'DELETE'])
      expect((await app.request('/v1/ranker', reader, { method })).status).toBe(403);
  });

  it('says how many judged questions are missing', async () => {
    const foreign = await app.createKey({ tenant: await createTestTenant(driver) });
    const { status, body } = await fitRanker(foreign);
    expect([status, body]).toMatchObject([
      409,
      { code: 'TOO_FEW_JUDGEMENTS', detail: expect.stringContaining('30 more') },
    ]);
    expect(await show(foreign)).toMatchObject({ weights: 'shipped', own: null, judgedQuestions: 0 });
  });

  it('is judged without a change by check', async () => {
    expect(await fitRanker(admin, { check: true })).toMatchObject({
      status: 200,
      body: { putIntoUse: false, verdict: { passed: true, reasons: [], questions: ratedTopics } },
    });
    expect(await searchUnseen()).toEqual(shippedOrder());
  });

  it('is not fitted twice at once', async () => {
    await app.stores.rankers.claim(app.tenant, 'another process', 60);
    expect(await fitRanker(admin)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    await app.stores.rankers.release(app.tenant, 'another process');
  });

  it('is not fitted while questions have no vector', async () => {
    embedderIsAway = true;
    expect(await fitRanker(admin)).toMatchObject({ status: 503, body: { code: 'MODEL_UNAVAILABLE' } });
  });

  it('ranks unseen questions by what feedback prefers once it passes, for this tenant alone', async () => {
    const { body } = await fitRanker(admin);
    const { putIntoUse, verdict } = body as RankerFitting;
    expect([putIntoUse, verdict.passed]).toEqual([true, true]);
    expect(verdict.after).toBeGreaterThan(verdict.before);
    expect(verdict.gain.lower).toBeGreaterThan(0);
    const fittedAt = '2026-02-03T04:05:06.000Z';
    expect(await searchUnseen()).toEqual(
      Array.from({ length: unseenTopics }, () => ({ isManual: true, weights: 'own', fittedAt })),
    );
    expect(await show(admin)).toMatchObject({
      weights: 'own',
      own: { fittedAt, shippedHash: readShippedFit().hash, note: null, verdict },
      judgedQuestions: ratedTopics,
    });
    const foreign = await app.createKey({ tenant: await createTestTenant(driver) });
    expect(await show(foreign)).toMatchObject({ weights: 'shipped', own: null });
  });

  it('goes back to the shipped order by a reset', async () => {
    expect((await app.request('/v1/ranker', admin, { method: 'DELETE' })).status).toBe(204);
    expect(await searchUnseen()).toEqual(shippedOrder());
    expect(await show(admin)).toMatchObject({ weights: 'shipped', own: null });
  });

  it('forgets what was deleted, and what a reader took back', async () => {
    const [first = '', second = ''] = topics;
    await rate(first, { rating: 'down', quote: 1 });
    expect(await show(admin)).toMatchObject({ judgedQuestions: ratedTopics - 1 });
    await app.stores.documents.remove(app.tenant, [manuals.get(second)?.id ?? newId('document')]);
    expect(await show(admin)).toMatchObject({ judgedQuestions: ratedTopics - 2 });
    expect(await fitRanker(admin)).toMatchObject({ status: 409, body: { code: 'TOO_FEW_JUDGEMENTS' } });
  });
});
