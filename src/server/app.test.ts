import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { jsonBody, openApp, type TestApp } from '../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import type { Problem } from '../domain/answer.ts';
import { AppError, errorCodes } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { DocumentBytes, DocumentDetails, SubmitDocuments } from '../ingest/submit-document.ts';
import type { SqlDriver } from '../store/sql.ts';

let driver: SqlDriver;
let app: TestApp;
let key: string;
let submitted: { details: DocumentDetails; file: DocumentBytes }[];

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver, {
    submit: fakePort<SubmitDocuments>('submit', {
      submit: async (_principal, details, file) => {
        submitted.push({ details, file });
        return { documentId: newId('document'), jobId: newId('job'), version: 1, outcome: 'added' };
      },
    }),
    readinessChecks: [
      { name: 'database', check: async () => ({ state: 'ok', detail: 'embedded' }) },
      { name: 'model', check: () => Promise.reject(new Error('sk-secret was refused')) },
    ],
  });
  key = await app.createKey();
});

afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect(problem.status).toBe(response.status);
  expect(problem.requestId).toBe(response.headers.get('x-request-id'));
  return problem;
}

describe('problems', () => {
  it.each<[string, RequestInit & { path?: string }, string, number]>([
    ['a body that is not JSON', { ...jsonBody(''), body: '{"question":' }, 'INVALID_JSON', 400],
    ['a body of no declared type', { method: 'POST', body: new Blob(['{}']) }, 'UNSUPPORTED_MEDIA_TYPE', 415],
    [
      'a body of another type',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } },
      'UNSUPPORTED_MEDIA_TYPE',
      415,
    ],
    ['no body', { method: 'POST' }, 'INVALID_REQUEST', 400],
    ['a body that is too large', jsonBody({ question: 'x'.repeat(2_000_000) }), 'PAYLOAD_TOO_LARGE', 413],
    ['a method that the address does not take', { method: 'PUT' }, 'METHOD_NOT_ALLOWED', 405],
    ['an address that is none', { path: '/v1/nothing' }, 'NOT_FOUND', 404],
    [
      'a preflight from anywhere',
      { method: 'OPTIONS', headers: { origin: 'https://evil.example' } },
      'METHOD_NOT_ALLOWED',
      405,
    ],
  ])('tell of %s', async (_name, { path = '/v1/answers', ...init }, code, status) => {
    const response = await app.request(path, key, init);
    expect([response.status, (await problemOf(response)).code]).toEqual([status, code]);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each<[string, object, string, string]>([
    ['an unknown field', { question: 'x', sql: 'drop' }, 'sql', '"drop"'],
    ['a question of nothing', { question: ' \n ' }, 'question', '" \\n "'],
    ['a question of 100,000 characters', { question: 'x'.repeat(100_000) }, 'question', '100000 characters'],
    ['a null character', { question: 'a\0b' }, 'question', '"a\\u0000b"'],
    ['a wrong type', { question: ['x'] }, 'question', 'a list of 1'],
    ['a wrong mode', { question: 'x', mode: 'bold' }, 'mode', '"bold"'],
    ['an unknown model', { question: 'x', model: 'gpt-9' }, 'model', '"gpt-9"'],
    ['an unknown filter', { question: 'x', filter: { tenant: 'other' } }, 'filter.tenant', '"other"'],
  ])('name the field of %s', async (_name, body, field, received) => {
    const { code, errors } = await problemOf(await app.request('/v1/answers', key, jsonBody(body)));
    expect(code).toBe('INVALID_REQUEST');
    expect(errors).toContainEqual({ field, received, expected: expect.stringMatching(/\w/) });
  });

  it('say what was expected of a length', async () => {
    const { errors } = await problemOf(await app.request('/v1/answers', key, jsonBody({ question: 'x'.repeat(4001) })));
    expect(errors[0]?.expected).toBe('at most 4000 characters');
  });

  it('take 4,000 characters, punctuation, Chinese and half a surrogate pair as a question', async () => {
    for (const question of ['x'.repeat(4000), '?!', '退款需要多长时间？', 'broken \ud83d pair'])
      expect((await app.request('/v1/answers', key, jsonBody({ question }))).status).toBe(200);
  });

  it('hide what an inner error said, and log it', async () => {
    const broken = await openApp(driver, {
      retrieve: () => Promise.reject(new Error('connect ECONNREFUSED db.internal user=footnote password=hunter2')),
    });
    const response = await broken.request('/v1/search', await broken.createKey(), jsonBody({ query: 'x' }));
    const body = await response.clone().text();
    expect((await problemOf(response)).code).toBe('INTERNAL');
    expect(body).not.toMatch(/hunter2|ECONNREFUSED|at .*\.ts/);
    const line = broken.lines.find(({ level }) => level === 'error');
    expect(line?.fields).toMatchObject({
      code: 'INTERNAL',
      route: '/v1/search',
      err: expect.objectContaining({ message: expect.stringContaining('hunter2') }),
    });
  });

  it('keep their code and say when to come back', async () => {
    const busy = await openApp(driver, {
      retrieve: () =>
        Promise.reject(new AppError('INDEX_UNAVAILABLE', 'The index is being loaded.', { retryAfter: 2.4 })),
    });
    const response = await busy.request('/v1/search', await busy.createKey(), jsonBody({ query: 'x' }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('point to a page that exists', async () => {
    for (const code of errorCodes) {
      const page = await app.request(`/docs/errors/${code}`, null);
      expect([code, page.status, (await page.text()).includes(code)]).toEqual([code, 200, true]);
    }
    const { type } = await problemOf(await app.request('/v1/nothing', key));
    expect(type).toBe('http://localhost/docs/errors/NOT_FOUND');
  });

  it('are logged without the address, the question or the key', async () => {
    await app.request('/sign-in?token=very-secret-token', null);
    await app.request('/v1/answers', key, jsonBody({ question: 'a canary question' }));
    const log = JSON.stringify(app.lines);
    expect(log).toContain('"route":"/sign-in"');
    expect(log).not.toMatch(/very-secret-token|canary/);
    expect(log).not.toContain(key);
  });
});

describe('other sites', () => {
  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '169.254.169.254', '10.0.0.7', '', '['])(
    'cannot use the server under the name %j',
    async (host) => {
      const response = await app.application.app.request('/healthz', { headers: { host } });
      expect((await problemOf(response)).code).toBe('ORIGIN_NOT_ALLOWED');
    },
  );

  it.each(['localhost', 'localhost:4680', '127.0.0.1:4680', '[::1]:4680', 'LOCALHOST:4680'])(
    'may use %s',
    async (host) => {
      expect((await app.application.app.request('/healthz', { headers: { host } })).status).toBe(200);
    },
  );

  it('may use any address, but no foreign name, of a server that listens everywhere', async () => {
    const everywhere = await openApp(driver, { host: '0.0.0.0', publicUrl: 'https://ask.example.com/' });
    const status = async (host: string) =>
      (await everywhere.application.app.request('/healthz', { headers: { host } })).status;
    expect([await status('192.168.1.20:4680'), await status('ask.example.com'), await status('evil.example')]).toEqual([
      200, 200, 403,
    ]);
    const missing = await everywhere.application.app.request('https://ask.example.com/v1/nothing');
    expect((await problemOf(missing)).type).toBe('https://ask.example.com/docs/errors/NOT_FOUND');
  });

  it('cannot post with the cookie of a signed-in browser', async () => {
    const { secret } = await app.stores.identities.createSession(app.tenant, null, 'admin', 60);
    const ask = (origin: string | null) =>
      app.request('/v1/answers', null, {
        ...jsonBody({ question: 'x' }),
        headers: {
          'content-type': 'application/json',
          cookie: `fn_session=${secret}`,
          ...(origin === null ? {} : { origin }),
        },
      });
    for (const origin of [
      null,
      'null',
      'http://localhost:81',
      'https://localhost',
      'http://evil.example',
      'http://localhost.evil.example',
    ])
      expect([origin, (await problemOf(await ask(origin))).code]).toEqual([origin, 'ORIGIN_NOT_ALLOWED']);
    expect((await ask('http://localhost')).status).toBe(200);
  });

  it('cannot post with a key from a page of theirs', async () => {
    const response = await app.request('/v1/answers', key, {
      ...jsonBody({ question: 'x' }),
      headers: { origin: 'https://evil.example' },
    });
    expect((await problemOf(response)).code).toBe('ORIGIN_NOT_ALLOWED');
  });

  it('cannot frame, sniff or cache what is answered', async () => {
    for (const path of ['/', '/v1/me', '/docs', '/v1/nothing']) {
      const { headers } = await app.request(path, key);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
        'nosniff',
        'no-referrer',
      ]);
      expect(headers.get('cache-control')).toMatch(/no-store|no-cache/);
    }
  });
});

describe('signing in', () => {
  it('works once with a link, sets a cookie that no script reads, and ends with signing out', async () => {
    const path = app.application.createSignInPath();
    await app.application.app.request(path, { method: 'HEAD' });
    await app.application.app.request(path, { headers: { 'sec-purpose': 'prefetch' } });
    const response = await app.request(path, null);
    expect([response.status, response.headers.get('location')]).toEqual([303, '/']);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^fn_session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
    const headers = { cookie: cookie.split(';')[0] ?? '', origin: 'http://localhost' };
    expect((await app.request('/v1/me', null, { headers })).status).toBe(200);
    expect((await problemOf(await app.request(path, null))).code).toBe('SIGN_IN_LINK_USED');
    expect((await app.request('/sign-out', null, { method: 'POST', headers })).status).toBe(204);
    expect((await app.request('/v1/me', null, { headers })).status).toBe(401);
  });

  it('tells a browser with a used link what to do', async () => {
    const response = await app.request('/sign-in?token=used', null, { headers: { accept: 'text/html' } });
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain('footnote serve');
  });

  it('needs a link that is younger than a day', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const clocked = await openApp(driver, { now: () => now });
    const path = clocked.application.createSignInPath();
    now = new Date('2026-01-02T00:00:00Z');
    expect((await clocked.request(path, null)).status).toBe(401);
  });

  it('keeps the cookie to https where the public address has it', async () => {
    const secure = await openApp(driver, { publicUrl: 'https://ask.example.com' });
    const response = await secure.application.app.request(
      `https://ask.example.com${secure.application.createSignInPath()}`,
    );
    expect(response.headers.get('set-cookie')).toContain('; Secure');
  });

  it('does not take a key as a session, nor a session as a key', async () => {
    const { secret } = await app.stores.identities.createSession(app.tenant, null, 'admin', 60);
    expect((await app.request('/v1/me', secret)).status).toBe(401);
    expect((await app.request('/v1/me', null, { headers: { cookie: `fn_session=${key}` } })).status).toBe(401);
  });
});

describe('documents', () => {
  const form = (fields: Record<string, string>, name = 'guide.md') => {
    const body = new FormData();
    body.set('file', new File(['# Guide'], name, { type: 'text/markdown' }));
    for (const [field, value] of Object.entries(fields)) body.set(field, value);
    return { method: 'POST', body };
  };

  it('come as a file with lists in JSON', async () => {
    submitted = [];
    const response = await app.request(
      '/v1/documents',
      key,
      form({ source: 'docs', acl: '["group:support"]', tags: '{"product":"kestrel"}' }),
    );
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ outcome: 'added', version: 1 });
    expect(submitted[0]).toMatchObject({
      details: {
        source: 'docs',
        externalId: 'guide.md',
        acl: ['group:support'],
        tags: { product: 'kestrel' },
        jobId: null,
      },
      file: { fileName: 'guide.md', mediaType: 'text/markdown' },
    });
    expect(new TextDecoder().decode(submitted[0]?.file.bytes)).toBe('# Guide');
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\report.pdf', 'report.pdf'],
    ['a\u202egnp.exe', 'agnp.exe'],
    ['..', 'document'],
    [`${'x'.repeat(400)}.pdf`, `${'x'.repeat(196)}.pdf`],
    ['Übersicht für 2026 🪶.md', 'Übersicht für 2026 🪶.md'],
  ])('have a harmless name whatever was sent: %j', async (name, safe) => {
    submitted = [];
    await app.request('/v1/documents', key, form({}, name));
    expect(submitted[0]?.file.fileName).toBe(safe);
  });

  it('come as text, the same text under the same name', async () => {
    submitted = [];
    for (const body of [
      { markdown: '# A' },
      { markdown: '# A' },
      { html: '<p>A', externalId: 'a' },
      { text: 'A', uri: 'https://x.example/a' },
    ])
      expect((await app.request('/v1/documents', key, jsonBody(body))).status).toBe(202);
    const names = submitted.map(({ details }) => details.externalId);
    expect(names[0]).toBe(names[1]);
    expect(names.slice(2)).toEqual(['a', 'https://x.example/a']);
    expect(submitted.map(({ file }) => file.mediaType)).toEqual([
      'text/markdown',
      'text/markdown',
      'text/html',
      'text/plain',
    ]);
  });

  it.each<[string, object]>([
    ['nothing', {}],
    ['two contents', { text: 'a', html: 'b' }],
    ['an address that is not of the web', { url: 'file:///etc/passwd' }],
    ['an access list without a kind', { text: 'a', acl: ['support'] }],
    ['a tag that is no text', { text: 'a', tags: { a: 1 } }],
  ])('are refused with %s', async (_name, body) => {
    expect((await problemOf(await app.request('/v1/documents', key, jsonBody(body)))).code).toBe('INVALID_REQUEST');
  });

  it('are refused in a form with a wrong field, or without a file', async () => {
    for (const fields of [{ acl: 'group:support' }, { tags: '[]' }, { path: '/etc' }])
      expect((await problemOf(await app.request('/v1/documents', key, form(fields)))).code).toBe('INVALID_REQUEST');
    expect(
      (await problemOf(await app.request('/v1/documents', key, { method: 'POST', body: new FormData() }))).status,
    ).toBe(400);
  });

  it('are refused when they are larger than files may be', async () => {
    const body = new FormData();
    body.set('file', new File([new Uint8Array(3_000_000)], 'big.txt'));
    expect((await problemOf(await app.request('/v1/documents', key, { method: 'POST', body }))).code).toBe(
      'FILE_TOO_LARGE',
    );
  });

  it('are listed by page, filtered, and opened in the version that is asked for', async () => {
    const own = await openApp(driver);
    const ownKey = await own.createKey();
    const ids = [];
    for (const title of ['One', 'Two', 'Three']) ids.push(await own.publish({ title, text: `Text of ${title}.` }));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await own.request(`/v1/documents?limit=1${cursor && `&cursor=${cursor}`}`, ownKey);
      const { items, nextCursor } = (await page.json()) as { items: { id: string }[]; nextCursor: string | null };
      seen.push(...items.map(({ id }) => id));
      cursor = nextCursor;
    }
    expect(seen.sort()).toEqual([...ids].sort());
    const whole = (await (await own.request('/v1/documents?limit=1000', ownKey)).json()) as { items: unknown[] };
    expect(whole.items).toHaveLength(3);
    expect((await own.request('/v1/documents?limit=1001', ownKey)).status).toBe(400);
    expect((await own.request('/v1/documents?tag=product', ownKey)).status).toBe(400);
    expect((await own.request('/v1/documents?cursor=nonsense', ownKey)).status).toBe(400);
    expect(await (await own.request('/v1/documents?tag=product=other', ownKey)).json()).toMatchObject({ items: [] });
    expect(await (await own.request(`/v1/documents/${ids[0]}/content?version=1`, ownKey)).json()).toMatchObject({
      text: 'Text of One.',
      version: 1,
    });
    expect((await own.request(`/v1/documents/${ids[0]}/content?version=2`, ownKey)).status).toBe(404);
    const passages = (await (await own.request(`/v1/documents/${ids[0]}/passages`, ownKey)).json()) as {
      items: { text: string }[];
    };
    expect(passages.items.map(({ text }) => text)).toEqual(['Text of One.']);
    expect((await own.request(`/v1/documents/${ids[0]}`, ownKey, { method: 'DELETE' })).status).toBe(204);
    expect((await own.request(`/v1/documents/${ids[0]}/content`, ownKey)).status).toBe(404);
  });

  it('stay hidden from a key that their access list does not name, in every form', async () => {
    const id = await app.publish({ title: 'Salaries', text: 'Secret.', acl: ['group:board'] });
    const outsider = await app.createKey({ role: 'reader', grants: ['group:support'] });
    const insider = await app.createKey({ role: 'reader', grants: ['group:board'] });
    for (const path of [`/v1/documents/${id}`, `/v1/documents/${id}/content`, `/v1/documents/${id}/passages`]) {
      expect((await app.request(path, outsider)).status).toBe(404);
      expect((await app.request(path, insider)).status).toBe(200);
    }
    expect(await (await app.request('/v1/documents', outsider)).text()).not.toContain('Salaries');
  });
});

describe('Idempotency-Key', () => {
  const ask = (asker: string, question: string, idempotencyKey: string) =>
    app.request('/v1/answers', asker, {
      ...jsonBody({ question }),
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    });

  it('gives a repetition what the first request made', async () => {
    const first = await (await ask(key, 'Once?', 'once-1')).text();
    expect(await (await ask(key, 'Once?', 'once-1')).text()).toBe(first);
    expect(await (await ask(key, 'Once?', 'once-2')).text()).not.toBe(first);
  });

  it('refuses another request with the key, and keeps keys of tenants apart', async () => {
    await ask(key, 'Once?', 'mine');
    expect((await problemOf(await ask(key, 'Twice?', 'mine'))).code).toBe('IDEMPOTENCY_KEY_REUSED');
    const other = await app.createKey({ tenant: await createTestTenant(driver) });
    expect((await ask(other, 'Twice?', 'mine')).status).toBe(200);
  });

  it('lets a request that failed be tried again', async () => {
    const retried = await openApp(driver, {
      submit: fakePort<SubmitDocuments>('submit', {
        submit: (() => {
          let calls = 0;
          return async () => {
            calls += 1;
            if (calls === 1) throw new AppError('STORAGE_FULL', 'There is no room.');
            return { documentId: newId('document'), jobId: null, version: 1, outcome: 'added' as const };
          };
        })(),
      }),
    });
    const retriedKey = await retried.createKey();
    const send = () =>
      retried.request('/v1/documents', retriedKey, {
        ...jsonBody({ text: 'a' }),
        headers: { 'content-type': 'application/json', 'idempotency-key': 'k' },
      });
    expect([(await send()).status, (await send()).status]).toEqual([507, 202]);
  });

  it('never stores the secret of a key', async () => {
    const make = async () => {
      const init = {
        ...jsonBody({ name: 'ci' }),
        headers: { 'content-type': 'application/json', 'idempotency-key': 'key-1' },
      };
      return (await (await app.request('/v1/keys', key, init)).json()) as { id: string; secret: string | null };
    };
    const [first, second] = [await make(), await make()];
    expect(first.secret).toMatch(/^fn_/);
    expect(second).toEqual({ ...first, secret: null });
  });
});

describe('administration', () => {
  it('gives no key more than its role has', async () => {
    const body = { name: 'sly', role: 'reader', scopes: ['read', 'admin'] };
    expect((await problemOf(await app.request('/v1/keys', key, jsonBody(body)))).errors[0]).toMatchObject({
      field: 'scopes',
      received: 'admin',
    });
  });

  it('revokes a key at once', async () => {
    const made = (await (await app.request('/v1/keys', key, jsonBody({ name: 'short-lived' }))).json()) as {
      id: string;
      secret: string;
    };
    expect((await app.request('/v1/me', made.secret)).status).toBe(200);
    expect((await app.request(`/v1/keys/${made.id}`, key, { method: 'DELETE' })).status).toBe(204);
    expect((await app.request('/v1/me', made.secret)).status).toBe(401);
  });

  it('keeps tenants to administrators of the default one', async () => {
    const operator = await app.createKey({ tenant: (await app.stores.identities.defaultTenant()).id });
    for (const init of [{}, jsonBody({ name: 'acme' })])
      expect((await app.request('/v1/tenants', key, init)).status).toBe(403);
    const tenant = (await (await app.request('/v1/tenants', operator, jsonBody({ name: 'acme' }))).json()) as {
      id: string;
    };
    const made = await app.request(
      '/v1/keys',
      operator,
      jsonBody({ name: 'first', role: 'admin', tenantId: tenant.id }),
    );
    const { secret } = (await made.json()) as { secret: string };
    expect(await (await app.request('/v1/me', secret)).json()).toMatchObject({ tenantId: tenant.id });
    expect((await app.request('/v1/keys', key, jsonBody({ name: 'sly', tenantId: tenant.id }))).status).toBe(404);
    expect((await app.request(`/v1/keys?tenantId=${tenant.id}`, key)).status).toBe(404);
    expect((await app.request(`/v1/tenants/${tenant.id}`, operator, { method: 'DELETE' })).status).toBe(204);
    expect((await app.request('/v1/me', secret)).status).toBe(401);
    const own = (await app.stores.identities.defaultTenant()).id;
    expect((await problemOf(await app.request(`/v1/tenants/${own}`, operator, { method: 'DELETE' }))).code).toBe(
      'CONFLICT',
    );
  });
});

describe('readiness', () => {
  it('tells the state of each part, and no inner error', async () => {
    const response = await app.request('/readyz', null);
    const text = await response.text();
    expect(response.status).toBe(503);
    expect(JSON.parse(text)).toMatchObject({
      ready: false,
      parts: [
        { name: 'database', state: 'ok' },
        { name: 'model', state: 'down' },
      ],
    });
    expect(text).not.toContain('sk-secret');
    expect((await app.request('/readyz?detail=true', null)).status).toBe(200);
  });
});
