import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlDriver } from '../src/store/sql.ts';
import { jsonBody, type TestApp } from './open-app.ts';
import { openTestDatabase } from './open-database.ts';
import { sampleSource } from './sample-source.ts';
import { openSearchingApp } from './searching-app.ts';

let driver: SqlDriver;
let app: TestApp;
let admin: string;
let reader: string;

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openSearchingApp(driver);
  admin = await app.createKey();
  reader = await app.createKey({ role: 'reader', grants: ['group:support'] });
});
afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

interface Subject {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** What the last change, once answered, made of it; null while a change is on its way. */
  isVisible: boolean | null;
  /** Raised at the beginning of each change. */
  epoch: number;
}

async function publish(number: number): Promise<Subject> {
  const title = `Locker ${number}`;
  const text = `The code of locker number ${number} is quartz${number}.`;
  return { id: await app.publish({ title, text, acl: ['group:support'] }), title, text, isVisible: true, epoch: 0 };
}

const question = ({ title }: Subject) => `What is the code of ${title.toLowerCase()}?`;
const search = (subject: Subject) =>
  app.request('/v1/search', reader, jsonBody({ query: question(subject), limit: 50, explain: true }));
const ask = (subject: Subject) => app.request('/v1/answers', reader, jsonBody({ question: question(subject) }));

/** The same bytes with another access list: nothing is read anew. */
async function setAcl({ title, text }: Subject, acl: readonly string[]): Promise<void> {
  const body = new FormData();
  body.set('file', new File([text], `${title}.txt`, { type: 'text/plain' }));
  for (const [field, value] of Object.entries({ source: 'test', externalId: title, title, language: 'en' }))
    body.set(field, value);
  body.set('acl', JSON.stringify(acl));
  const response = await app.request('/v1/documents', admin, { method: 'POST', body });
  expect([response.status, await response.json()]).toEqual([
    202,
    expect.objectContaining({ outcome: 'changed', jobId: null }),
  ]);
}

async function change(subject: Subject, isVisible: boolean, work: () => Promise<unknown>): Promise<void> {
  subject.epoch += 1;
  subject.isVisible = null;
  await work();
  subject.isVisible = isVisible;
}

/** Asks, and holds the response to what was true from before the request until after it. */
async function check(subject: Subject, send: (subject: Subject) => Promise<Response>): Promise<boolean> {
  const { epoch, isVisible } = subject;
  const response = await send(subject);
  expect(response.status).toBe(200);
  const body = await response.text();
  if (isVisible === null || subject.epoch !== epoch) return false;
  expect([subject.title, body.includes(subject.id)]).toEqual([subject.title, isVisible]);
  if (!isVisible) expect(body).not.toContain(subject.text.slice(-9, -1));
  return true;
}

describe('permission changes and removals', () => {
  it('count for the very next question, under load', { timeout: 60_000 }, async () => {
    const subjects = await Promise.all(Array.from({ length: 6 }, (_, number) => publish(number + 10)));
    let isOver = false;
    let checked = 0;
    const load = Array.from({ length: 6 }, async (_, lane) => {
      for (let turn = lane; !isOver; turn += 1) {
        const subject = subjects[turn % subjects.length];
        if (subject && (await check(subject, turn % 3 === 0 ? ask : search))) checked += 1;
      }
    });
    const changes = subjects.map(async (subject, number) => {
      for (let round = 0; round < 4; round += 1) {
        const isVisible = round % 2 === 1;
        const open = number % 2 === 0 ? ['public'] : ['group:support', 'user:ada'];
        await change(subject, isVisible, () => setAcl(subject, isVisible ? open : ['group:board']));
        expect(await Promise.all([check(subject, search), check(subject, ask)])).toEqual([true, true]);
      }
      await change(subject, false, async () => {
        const response = await app.request(`/v1/documents/${subject.id}`, admin, { method: 'DELETE' });
        expect(response.status).toBe(204);
      });
      expect(await Promise.all([check(subject, search), check(subject, ask)])).toEqual([true, true]);
    });
    const changing = Promise.all(changes).finally(() => {
      isOver = true;
    });
    await Promise.all([changing, ...load]);
    expect(checked).toBeGreaterThan(subjects.length);
  });

  it('a change of a user’s groups counts for the very next question of each of its keys', async () => {
    const subject = await publish(99);
    const { identities } = app.stores;
    const user = await identities.createUser(app.tenant, { name: 'grace', role: 'reader', groups: ['support'] });
    const reading = { name: 'k', role: 'reader', scopes: ['read'], grants: [], userId: user.id } as const;
    const { secret } = await identities.createKey(app.tenant, reading);
    const finds = async () => {
      const response = await app.request('/v1/search', secret, jsonBody({ query: question(subject) }));
      return (await response.text()).includes(subject.id);
    };
    const put = async (groups: readonly string[], id: string = user.id) =>
      (await app.request(`/v1/users/${id}`, admin, { ...jsonBody({ groups }), method: 'PATCH' })).status;
    expect(await finds()).toBe(true);
    expect([await put(['sales']), await finds()]).toEqual([200, false]);
    expect([await put(['sales', 'support']), await finds()]).toEqual([200, true]);
    expect(await put([], 'usr_00000000-0000-7000-8000-000000000000')).toBe(404);
    expect(
      (await app.request(`/v1/users/${user.id}`, reader, { ...jsonBody({ groups: [] }), method: 'PATCH' })).status,
    ).toBe(403);
  });

  it('a change of a source’s access list counts for the very next question, and leaves lists of single documents', async () => {
    const inherited = await Promise.all(Array.from({ length: 3 }, (_, number) => publish(number + 200)));
    const own = await publish(300);
    await setAcl(own, ['group:support', 'user:ada']);
    const { id } = await app.stores.sources.create(
      app.tenant,
      sampleSource({ name: 'test', acl: ['group:support'], tags: {} }),
    );
    const patch = async (acl: readonly string[]) =>
      (await app.request(`/v1/sources/${id}`, admin, { ...jsonBody({ acl }), method: 'PATCH' })).status;
    const seen = async () =>
      await Promise.all(
        [...inherited, own].flatMap((subject) =>
          [search, ask].map(async (send) => (await (await send(subject)).text()).includes(subject.id)),
        ),
      );
    const [all, onlyOwn] = [Array(8).fill(true), [...Array(6).fill(false), true, true]];
    expect(await seen()).toEqual(all);
    for (let round = 0; round < 3; round += 1) {
      expect([await patch(['group:board']), await seen()]).toEqual([200, onlyOwn]);
      expect([await patch(['group:support']), await seen()]).toEqual([200, all]);
    }
  });
});
