import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { jsonBody } from '../../../test/open-app.ts';
import { openTestDatabase } from '../../../test/open-database.ts';
import { openSearchingApp, type SearchingApp } from '../../../test/searching-app.ts';
import { type Behaviour, startStubModelServer } from '../../../test/stub-model-server.ts';
import type { Answer } from '../../domain/answer.ts';
import type { CuratedAnswer } from '../../domain/curated-answer.ts';
import { createOpenAiChatModel } from '../../models/chat/openai-chat-model.ts';
import type { SqlDriver } from '../../store/sql.ts';

const path = '/v1/curated-answers';
const question = 'How long do refunds take?';
const answer = 'Two working days. Ask **billing** when it takes longer.';
const sourceText = 'Refunds of all plans are paid within two working days by the billing team.';

let driver: SqlDriver;
let app: SearchingApp;
let admin: string;
let reader: string;
let stranger: string;
let source: string;

beforeAll(async () => {
  driver = await openTestDatabase();
});
afterAll(async () => await driver.close());
beforeEach(async () => {
  app = await openSearchingApp(driver);
  admin = await app.createKey();
  reader = await app.createKey({ role: 'reader', grants: ['group:support'] });
  stranger = await app.createKey({ role: 'reader' });
  source = await send('refunds', sourceText, ['group:support']);
  return async () => await app.application.stop();
});

async function send(externalId: string, text: string, acl: readonly string[] = []): Promise<string> {
  const body = { source: 'handbook', externalId, title: externalId, text, acl };
  const response = await app.request('/v1/documents', admin, jsonBody(body));
  expect(response.status).toBe(202);
  await app.readQueued();
  return ((await response.json()) as { documentId: string }).documentId;
}

async function curate(body: object = {}): Promise<CuratedAnswer> {
  const whole = { question, answer, sources: [{ documentId: source }], ...body };
  const response = await app.request(path, admin, jsonBody(whole));
  expect([response.status, response.status === 201 ? '' : await response.clone().text()]).toEqual([201, '']);
  await app.readQueued();
  return (await response.json()) as CuratedAnswer;
}

async function ask(asked = question, key = reader): Promise<Answer> {
  return (await (await app.request('/v1/answers', key, jsonBody({ question: asked }))).json()) as Answer;
}

const show = async (id: string, key = admin) =>
  (await (await app.request(`${path}/${id}`, key)).json()) as CuratedAnswer;
const patch = (id: string, body: object) => app.request(`${path}/${id}`, admin, { ...jsonBody(body), method: 'PATCH' });
const confirm = (id: string, body: object = {}) => app.request(`${path}/${id}/confirm`, admin, jsonBody(body));
const inUse = async (key = reader) => (await ask(question, key)).reviewed !== undefined;

it('answers its question word for word, as a reviewed answer with quotes into it and its own sources', async () => {
  const curated = await curate({ variants: ['When is my money back?'] });
  for (const asked of [question, 'how long does a refund take', 'When is the money back?']) {
    const given = await ask(asked);
    expect([given.state, given.text]).toEqual(['finished', answer]);
    const reviewed = {
      id: curated.id,
      question,
      validUntil: null,
      sources: [{ documentId: source, version: 1, title: 'refunds', uri: null }],
    };
    expect(given.reviewed).toEqual(reviewed);
    expect(given.quotes).toMatchObject([{ documentId: curated.documentId, text: answer, reviewed }]);
    const [quote] = given.quotes;
    const content = await app.request(`/v1/documents/${curated.documentId}/content`, reader);
    expect(((await content.json()) as { text: string }).text.slice(quote?.start, quote?.end)).toBe(answer);
  }
});

it('is a source like others for another question', async () => {
  const curated = await curate();
  const given = await ask('Who asks billing about refunds?');
  expect(given.reviewed).toBeUndefined();
  const search = await app.request('/v1/search', reader, jsonBody({ query: 'Who asks billing about refunds?' }));
  const { passages } = (await search.json()) as { passages: { documentId: string; reviewed?: object }[] };
  const found = passages.find(({ documentId }) => documentId === curated.documentId);
  expect(found?.reviewed).toEqual({ id: curated.id, question, validUntil: null, sources: expect.any(Array) });
});

it('is nothing to those who may not open all of its sources', async () => {
  const open = await send('open', 'Anyone may ask for refunds.');
  const curated = await curate({ sources: [{ documentId: source }, { documentId: open }] });
  expect([await inUse(reader), await inUse(stranger)]).toEqual([true, false]);
  const listed = async (key: string) =>
    ((await (await app.request(path, key)).json()) as { items: object[] }).items.length;
  expect([await listed(reader), await listed(stranger)]).toEqual([1, 0]);
  for (const address of [
    `${path}/${curated.id}`,
    `/v1/documents/${curated.documentId}`,
    `/v1/documents/${curated.documentId}/content`,
  ])
    expect([(await app.request(address, reader)).status, (await app.request(address, stranger)).status]).toEqual([
      200, 404,
    ]);
  const search = await app.request('/v1/search', stranger, jsonBody({ query: question }));
  expect(await search.text()).not.toContain(curated.documentId);
});

it('an access list of a source counts from the next question on', async () => {
  await curate();
  await send('refunds', sourceText, ['group:sales']);
  expect(await inUse(reader)).toBe(false);
  await send('refunds', sourceText);
  expect([await inUse(reader), await inUse(stranger)]).toEqual([true, true]);
});

it('a change of a source takes it out of use until somebody confirms it', async () => {
  const { id } = await curate();
  await send('refunds', 'Refunds of all plans are paid within nine working days.', ['group:support']);
  expect(await inUse()).toBe(false);
  expect((await ask()).text).toContain('nine working days');
  expect(await show(id)).toMatchObject({
    state: 'needs-review',
    reasons: [{ reason: 'source-changed', documentId: source }],
  });
  const waiting = await app.request(`${path}?state=needs-review`, admin);
  expect(await waiting.json()).toMatchObject({ items: [{ id }] });
  expect(await (await confirm(id)).json()).toMatchObject({ state: 'active', reasons: [], sources: [{ version: 2 }] });
  expect(await inUse()).toBe(true);
  expect(await (await app.request('/v1/audit?limit=1', admin)).json()).toMatchObject({
    items: [{ action: 'curated-answer.confirmed', details: { id, sources: [{ documentId: source, version: 2 }] } }],
  });
});

it('a source that is removed must be replaced before it is used again', async () => {
  const { id } = await curate();
  await app.request(`/v1/documents/${source}`, admin, { method: 'DELETE' });
  expect(await inUse()).toBe(false);
  expect(await show(id)).toMatchObject({
    state: 'needs-review',
    reasons: [{ reason: 'source-removed', documentId: source }],
  });
  expect((await confirm(id)).status).toBe(409);
  expect((await patch(id, { answer: 'Other.' })).status).toBe(409);
  const other = await send('other', 'Money comes back in two days.', ['group:support']);
  expect((await patch(id, { sources: [{ documentId: other }] })).status).toBe(200);
  expect(await inUse()).toBe(true);
});

it('is not used after its last day', async () => {
  const { id } = await curate({ validUntil: '2999-01-01T00:00:00Z' });
  expect(await inUse()).toBe(true);
  await driver.queryAsTenant(app.tenant, 'update curated_answers set valid_until = $1', [new Date(0)]);
  expect(await inUse()).toBe(false);
  expect(await show(id)).toMatchObject({ state: 'needs-review', reasons: [{ reason: 'expired', documentId: null }] });
  expect((await confirm(id)).status).toBe(400);
  expect(await (await confirm(id, { validUntil: null })).json()).toMatchObject({ state: 'active', validUntil: null });
  expect(await inUse()).toBe(true);
});

it('a change of its text is what the next question gets', async () => {
  const { id } = await curate();
  expect(await (await patch(id, { answer: 'Three days.', variants: ['Money back when?'] })).json()).toMatchObject({
    id,
    question,
  });
  await app.readQueued();
  expect((await ask('Money back when?')).text).toBe('Three days.');
});

it('is gone when it is removed, as a curated answer or as a document', async () => {
  const [first, second] = [await curate(), await curate({ question: 'Who pays refunds?' })];
  expect((await app.request(`${path}/${first.id}`, admin, { method: 'DELETE' })).status).toBe(204);
  expect((await app.request(`/v1/documents/${second.documentId}`, admin, { method: 'DELETE' })).status).toBe(204);
  expect(await inUse()).toBe(false);
  expect(await (await app.request(path, admin)).json()).toMatchObject({ items: [] });
  expect((await app.request(`${path}/${first.id}`, admin)).status).toBe(404);
  while ((await app.stores.documents.sweep(9)) > 0);
  expect(await driver.queryAsTenant(app.tenant, 'select from curated_answers')).toEqual([]);
});

it('a chat model is not asked to say it in other words', async () => {
  const other: Behaviour = { kind: 'text', text: 'Something else. [1]' };
  const server = await startStubModelServer({ otherwise: other });
  const chat = await createOpenAiChatModel({ model: 'stub', apiKey: 'none', baseUrl: server.url });
  await app.application.stop();
  app = await openSearchingApp(driver, chat);
  admin = await app.createKey();
  reader = await app.createKey({ role: 'reader' });
  source = await send('refunds', sourceText);
  await curate();
  const given = await ask();
  expect([given.text, given.usage, given.confidence]).toEqual([answer, { inputTokens: 0, outputTokens: 0 }, 1]);
  await server.close();
});

it.each([
  ['without sources', { sources: [] }, 'sources'],
  ['of an unknown source', { sources: [{ documentId: 'doc_00000000-0000-7000-8000-000000000000' }] }, 'sources'],
  ['of a question of two lines', { question: 'One\nTwo' }, 'question'],
  ['that is over', { validUntil: '2020-01-01T00:00:00Z' }, 'validUntil'],
])('refuses one %s', async (_name, body, field) => {
  const whole = { question, answer, sources: [{ documentId: source }], ...body };
  const response = await app.request(path, admin, jsonBody(whole));
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ field }] });
  expect(await (await app.request(path, admin)).json()).toMatchObject({ items: [] });
});

it('refuses a version that is not current, and a curated answer as a source', async () => {
  const stale = await app.request(
    path,
    admin,
    jsonBody({ question, answer, sources: [{ documentId: source, version: 7 }] }),
  );
  expect([stale.status, await stale.json()]).toEqual([409, expect.objectContaining({ code: 'CONFLICT' })]);
  const { documentId } = await curate();
  const circle = await app.request(path, admin, jsonBody({ question, answer, sources: [{ documentId }] }));
  expect(circle.status).toBe(400);
});

it('is written by those who may write, and its source is reserved', async () => {
  const body = { question, answer, sources: [{ documentId: source }] };
  expect((await app.request(path, reader, jsonBody(body))).status).toBe(403);
  const smuggled = await app.request(
    '/v1/documents',
    admin,
    jsonBody({ source: 'curated-answers', text: 'Trust me.' }),
  );
  expect([smuggled.status, await smuggled.json()]).toEqual([400, expect.objectContaining({ code: 'INVALID_REQUEST' })]);
});
