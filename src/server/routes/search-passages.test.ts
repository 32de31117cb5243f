import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonBody, openApp, type TestApp } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { scoredPassage } from '../../../test/scored-passage.ts';
import type { Retrieval, RetrieveInput } from '../../retrieve/retrieve.ts';
import type { SqlDriver } from '../../store/sql.ts';

const found: Retrieval = {
  passages: [
    scoredPassage({
      text: 'Refunds are paid within ten days.',
      title: 'Refunds',
      score: 0.9,
      dense: 0.8,
      steps: [
        { step: 'fuse', score: 1 },
        { step: 'rank', score: 1, window: { start: 0, end: 33 }, terms: { refunds: 1 } },
        { step: 'boost', score: 0.9, contributions: { version: -0.1 } },
      ],
      alsoIn: [{ documentId: 'doc_b', title: 'Refunds', uri: null, version: 2, versionTag: '7.4' }],
      supersededBy: { reference: 'new.md', documentId: null },
    }),
  ],
  ranked: [],
  nearest: [],
  questionVector: null,
  relevance: 0,
  idealSparse: 1,
  degradations: [{ step: 'embed', to: 'search by words', cause: 'MODEL_UNAVAILABLE' }],
  dropped: [
    {
      passage: scoredPassage({ id: 'psg_2', documentId: 'doc_b', title: 'Refunds', text: 'Refunds.' }),
      step: 'fold',
      detail: 'It says the same.',
    },
  ],
  timings: { embed: 1.5, search: 0.25 },
};

/** What a result or a problem may hold. */
interface ResultBody {
  readonly passages: readonly Readonly<Record<string, unknown>>[];
  readonly [name: string]: unknown;
}

describe('POST /v1/search', () => {
  let driver: SqlDriver;
  let app: TestApp;
  const inputs: RetrieveInput[] = [];
  beforeAll(async () => {
    driver = await openTestDatabase();
    app = await openApp(driver, {
      retrieve: async (input) => {
        inputs.push(input);
        return found;
      },
    });
  });
  afterAll(() => driver.close());

  const search = async (body: object, key?: string) => {
    const response = await app.request(
      '/v1/search',
      key ?? (await app.createKey()),
      jsonBody({ query: 'refunds', ...body }),
    );
    return { status: response.status, body: (await response.json()) as ResultBody };
  };

  it('shows what a reader needs and what was degraded, scores and times only when asked', async () => {
    const { status, body } = await search({});
    expect(status).toBe(200);
    expect(body.passages[0]).toMatchObject({
      score: 0.9,
      alsoIn: [{ documentId: 'doc_b', versionTag: '7.4' }],
      supersededBy: { reference: 'new.md', documentId: null },
    });
    for (const name of ['dense', 'sparse', 'steps', 'explanation']) expect(body.passages[0]).not.toHaveProperty(name);
    expect(body.steps).toEqual([{ step: 'embed', degradedTo: 'search by words', cause: 'MODEL_UNAVAILABLE' }]);
  });

  it('explains each passage, what was taken out, and the time of each step', async () => {
    const { body } = await search({ explain: true });
    expect(body.passages[0]).toMatchObject({
      dense: 0.8,
      steps: [
        { step: 'fuse', score: 1 },
        { step: 'rank', score: 1 },
        { step: 'boost', contributions: { version: -0.1 } },
      ],
      explanation: {
        terms: [{ term: 'refunds', share: 1 }],
        missing: [],
        window: { text: 'Refunds are paid within ten days.', start: 0, end: 33, coverage: 1 },
      },
    });
    expect(JSON.stringify(body.passages[0])).not.toContain('"window":{"start":0,"end":33}');
    expect(body.steps).toEqual([
      { step: 'embed', milliseconds: 1.5 },
      { step: 'search', milliseconds: 0.25 },
      { step: 'embed', degradedTo: 'search by words', cause: 'MODEL_UNAVAILABLE' },
    ]);
    expect(body.dropped).toEqual([
      { passageId: 'psg_2', documentId: 'doc_b', title: 'Refunds', step: 'fold', detail: 'It says the same.' },
    ]);
  });

  it('searches as a reader for an administrator, and for nobody else', async () => {
    const { status } = await search({ asGrants: ['group:support'], tokenBudget: 500 });
    expect(status).toBe(200);
    expect(inputs.at(-1)).toMatchObject({ tokenBudget: 500, principal: { role: 'reader', grants: ['group:support'] } });
    const denied = await search({ asGrants: ['group:board'] }, await app.createKey({ role: 'reader' }));
    expect(denied).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it('says why a document is missing only to those who may know of it', async () => {
    const id = await app.publish({ title: 'Board minutes', text: 'Refund budget.', acl: ['group:board'] });
    const asked = { whyNot: 'board minutes', asGrants: ['group:support'] };
    expect((await search(asked)).body.whyNot).toMatchObject({
      documentId: id,
      title: 'Board minutes',
      step: 'permission',
    });
    const reader = await app.createKey({ role: 'reader', grants: ['group:support'] });
    const hidden = await search({ whyNot: id }, reader);
    const unknown = await search({ whyNot: 'doc_00000000-0000-7000-8000-000000000000' }, reader);
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    const stranger = await openApp(driver, { retrieve: async () => found });
    expect(
      (await stranger.request('/v1/search', await stranger.createKey(), jsonBody({ query: 'x', whyNot: id }))).status,
    ).toBe(404);
  });

  it.each([{ limit: 0 }, { tokenBudget: 0 }, { whyNot: '' }, { asGrants: 'x' }, { parts: [] }])(
    'rejects %o',
    async (body) => {
      expect(await search(body)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
    },
  );
});
