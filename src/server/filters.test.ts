import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonBody, type TestApp } from '../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import { openSearchingApp } from '../../test/searching-app.ts';
import type { Problem } from '../domain/answer.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;

const put = (body: object) => ({ ...jsonBody(body), method: 'PUT' });

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openSearchingApp(driver);
  key = await app.createKey();
  for (const [name, type] of Object.entries({ price: 'number', effective: 'date' }))
    expect((await app.request(`/v1/metadata-fields/${name}`, key, put({ type }))).status).toBe(200);
  await app.publish({
    title: 'Old plan',
    text: 'The plan costs five.',
    metadata: { price: 5, effective: '2025-01-01' },
  });
  await app.publish({
    title: 'New plan',
    text: 'The plan costs nine.',
    metadata: { price: 9 },
    tags: { state: 'new' },
  });
  await app.publish({
    title: 'Secret plan',
    text: 'The plan costs one.',
    metadata: { price: 1 },
    acl: ['group:board'],
  });
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function titlesFor(filter: object, asker = key): Promise<string[]> {
  const response = await app.request('/v1/search', asker, jsonBody({ query: 'What does the plan cost?', filter }));
  const { passages } = (await response.json()) as { passages: { title: string }[] };
  return passages.map(({ title }) => title).sort();
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return (await response.json()) as Problem;
}

describe('filters', () => {
  it.each<[object, string[]]>([
    [{}, ['New plan', 'Old plan', 'Secret plan']],
    [{ source: ['test'], tags: { state: 'new' } }, ['New plan']],
    [{ metadata: { price: { gte: 5, lt: 9 } } }, ['Old plan']],
    [{ 'metadata.effective': { lte: '2025-01-01' } }, ['Old plan']],
    [
      { or: [{ title: { contains: 'SECRET' } }, { not: { tags: { state: { exists: false } } } }] },
      ['New plan', 'Secret plan'],
    ],
    [{ createdAt: { gt: '2999-01-01' } }, []],
  ])('choose among documents: %j', async (filter, titles) => {
    expect(await titlesFor(filter)).toEqual(titles);
  });

  it('choose what answers may use', async () => {
    const ask = async (filter: object) => {
      const response = await app.request(
        '/v1/answers',
        key,
        jsonBody({ question: 'What does the plan cost?', filter }),
      );
      return await response.text();
    };
    const answer = await ask({ metadata: { price: 9 } });
    expect(answer).toContain('nine');
    expect(answer).not.toContain('five');
    expect(await ask({ metadata: { price: { gt: 100 } } })).toContain('"state":"refused"');
  });

  it('never show what an access list keeps from the asker', async () => {
    const reader = await app.createKey({ role: 'reader', grants: ['group:support'] });
    const board = { title: { contains: 'secret' } };
    for (const filter of [
      board,
      { or: [board, {}] },
      { not: { not: board } },
      { or: [board, { not: board }] },
      { not: { or: [] } },
    ])
      expect(await titlesFor(filter, reader)).not.toContain('Secret plan');
    for (const field of ['acl', 'tenant', 'tenantId', 'grants', 'deletedAt']) {
      const { errors } = await problemOf(
        await app.request('/v1/search', reader, jsonBody({ query: 'x', filter: { or: [{ [field]: 'group:board' }] } })),
      );
      expect(errors.map((error) => error.field)).toEqual([`filter.or.0.${field}`]);
    }
  });

  it('are the tenant’s own: what another one declared is unknown', async () => {
    const other = await app.createKey({ tenant: await createTestTenant(driver) });
    const { code, errors } = await problemOf(
      await app.request('/v1/answers', other, jsonBody({ question: 'x', filter: { metadata: { price: 1 } } })),
    );
    expect([code, errors[0]?.expected]).toEqual(['INVALID_REQUEST', expect.not.stringContaining('price')]);
  });

  it.each<[unknown, string, RegExp]>([
    [[], 'filter', /an object/],
    ['source = wiki', 'filter', /an object/],
    [{ metadata: { prize: 1 } }, 'filter.metadata.prize', /effective \(date\), metadata\.price \(number\)/],
    [{ colour: 'red' }, 'filter.colour', /documentId, source.*metadata\.price/],
    [JSON.parse('{"__proto__":{"source":"x"}}'), 'filter.__proto__', /one of the fields/],
  ])('that cannot be read are refused: %j', async (filter, field, expected) => {
    for (const [path, body] of [
      ['/v1/search', { query: 'x' }],
      ['/v1/answers', { question: 'x' }],
    ] as const) {
      const problem = await problemOf(await app.request(path, key, jsonBody({ ...body, filter })));
      expect([problem.code, problem.errors]).toEqual([
        'INVALID_REQUEST',
        [expect.objectContaining({ field, expected: expect.stringMatching(expected) })],
      ]);
    }
  });

  it('end at any depth', async () => {
    const body = `{"query":"x","filter":${'{"not":'.repeat(50_000)}{}${'}'.repeat(50_000)}}`;
    const init = { ...jsonBody({}), body };
    expect((await problemOf(await app.request('/v1/search', key, init))).errors[0]?.expected).toMatch(/at most 8/);
    const answering = { ...init, body: body.replace('query', 'question') };
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'deep' };
    const response = await app.request('/v1/answers', key, { ...answering, headers });
    expect((await problemOf(response)).errors[0]?.expected).toMatch(/at most 8/);
    const messages = '"model":"footnote","messages":[{"role":"user","content":"x"}]';
    const completing = { ...init, headers, body: body.replace('"query":"x"', messages) };
    expect(await (await app.request('/v1/chat/completions', key, completing)).text()).toContain('at most 8');
  });
});

describe('metadata', () => {
  const submit = (body: object) => app.request('/v1/documents', key, jsonBody(body));

  it('comes with a document, as JSON or in a form, and is shown', async () => {
    const made = await submit({ text: 'By JSON.', metadata: { price: 3, effective: '2026-05-01' } });
    const form = new FormData();
    form.set('file', new File(['By form.'], 'form.txt'));
    form.set('metadata', '{"price":4}');
    const uploaded = await app.request('/v1/documents', key, { method: 'POST', body: form });
    const shown = async (response: Response) => {
      const { documentId } = (await response.json()) as { documentId: string };
      return ((await (await app.request(`/v1/documents/${documentId}`, key)).json()) as { metadata: object }).metadata;
    };
    expect(await shown(made)).toEqual({ price: 3, effective: '2026-05-01T00:00:00.000Z' });
    expect(await shown(uploaded)).toEqual({ price: 4 });
  });

  it.each<[object, string, RegExp]>([
    [{ prize: 1 }, 'metadata.prize', /price \(number\)/],
    [{ price: 'three' }, 'metadata.price', /a number/],
    [{ price: [1] }, 'metadata.price', /text, a number, true or false/],
    [{ price: null }, 'metadata.price', /text, a number, true or false/],
  ])('that is not declared, or of another type, is refused: %j', async (metadata, field, expected) => {
    const { code, errors } = await problemOf(await submit({ text: 'x', metadata }));
    expect([code, errors]).toEqual([
      'INVALID_REQUEST',
      [expect.objectContaining({ field, expected: expect.stringMatching(expected) })],
    ]);
  });

  it('fields are listed, and gone for filters once they are removed', async () => {
    await app.request('/v1/metadata-fields/shelf', key, put({ type: 'string', description: ' where it stands ' }));
    const { items } = (await (await app.request('/v1/metadata-fields', key)).json()) as { items: object[] };
    expect(items).toContainEqual(
      expect.objectContaining({ name: 'shelf', type: 'string', description: 'where it stands' }),
    );
    expect(await titlesFor({ metadata: { shelf: { exists: false } } })).toHaveLength(3);
    expect((await app.request('/v1/metadata-fields/shelf', key, { method: 'DELETE' })).status).toBe(204);
    expect((await app.request('/v1/metadata-fields/shelf', key, { method: 'DELETE' })).status).toBe(404);
    const refused = await app.request(
      '/v1/search',
      key,
      jsonBody({ query: 'x', filter: { metadata: { shelf: 'a' } } }),
    );
    expect(refused.status).toBe(400);
  });

  it.each(['1st', 'a.b', 'a b', '__proto__', 'x'.repeat(65)])('fields cannot be named %j', async (name) => {
    const response = await app.request(`/v1/metadata-fields/${encodeURIComponent(name)}`, key, put({ type: 'string' }));
    expect((await problemOf(response)).errors[0]?.field).toBe('name');
  });
});

describe('access lists', () => {
  it.each(['support', 'group:', 'user: ada', 'everyone', 'Public', 'group:a\nb', 'tenant:x'])(
    'take no %j',
    async (entry) => {
      const { errors } = await problemOf(
        await app.request('/v1/documents', key, jsonBody({ text: 'x', acl: ['public', entry] })),
      );
      expect(errors).toMatchObject([{ field: 'acl.1', expected: 'user:NAME, user:ID, group:NAME or public' }]);
    },
  );

  it('open a document to everyone, to groups, and to a user by name or id', async () => {
    const user = await app.stores.identities.createUser(app.tenant, { name: 'ada', role: 'reader', groups: ['ops'] });
    const lists = {
      open: [],
      public: ['public', 'group:none'],
      name: ['user:ada'],
      id: [`user:${user.id}`],
      ops: ['group:ops'],
    };
    for (const [title, acl] of Object.entries(lists)) await app.publish({ title, text: `The plan of ${title}.`, acl });
    const reader = { name: 'r', role: 'reader', scopes: ['read'], grants: [] } as const;
    const { identities } = app.stores;
    const ada = (await identities.createKey(app.tenant, { ...reader, userId: user.id })).secret;
    const nobody = (await identities.createKey(app.tenant, { ...reader, userId: null })).secret;
    const only = { title: Object.keys(lists) };
    expect(await titlesFor(only, ada)).toEqual(['id', 'name', 'open', 'ops', 'public']);
    expect(await titlesFor(only, nobody)).toEqual(['open', 'public']);
    const stranger = await app.createKey({ tenant: await createTestTenant(driver), role: 'admin' });
    expect(await titlesFor(only, stranger)).toEqual([]);
  });

  it('cannot be met by a user who is named like another one’s id, nor by a key for everyone', async () => {
    const user = await app.stores.identities.createUser(app.tenant, { name: 'eve', role: 'reader', groups: [] });
    const sly = await problemOf(await app.request('/v1/users', key, jsonBody({ name: user.id })));
    expect(sly.errors[0]?.field).toBe('name');
    const grants = await problemOf(await app.request('/v1/keys', key, jsonBody({ name: 'k', grants: ['public'] })));
    expect(grants.errors[0]).toMatchObject({ field: 'grants.0', expected: 'user:NAME or group:NAME' });
  });
});
