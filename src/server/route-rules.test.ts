import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp, type TestApp } from '../../test/open-app.ts';
import { createTestTenant, openTestDatabase } from '../../test/open-database.ts';
import { sampleDocument, samplePrincipal } from '../../test/sample-documents.ts';
import { sampleSource } from '../../test/sample-source.ts';
import { curatedSource } from '../domain/curated-answer.ts';
import { newId } from '../domain/ids.ts';
import type { Scope } from '../domain/principal.ts';
import type { SqlDriver } from '../store/sql.ts';
import { enforcedScope, type RouteScope } from './define-route.ts';
import { speaksOpenAi } from './openai/error-response.ts';
import { routes } from './routes.ts';

interface DeclaredRoute {
  readonly method: string;
  readonly path: string;
  readonly scope: RouteScope | null;
}

let driver: SqlDriver;
let app: TestApp;
let declared: DeclaredRoute[];

beforeAll(async () => {
  driver = await openTestDatabase();
  app = await openApp(driver);
  const scopes = new Map<string, RouteScope | null>();
  for (const { method, path, handler } of app.application.app.routes) {
    const route = `${method} ${path}`;
    if (method !== 'ALL') scopes.set(route, scopes.get(route) ?? enforcedScope(handler));
  }
  declared = [...scopes].map(([route, scope]) => ({
    method: route.split(' ')[0] ?? '',
    path: route.split(' ')[1] ?? '',
    scope,
  }));
});

afterAll(async () => {
  await app.application.stop();
  await driver.close();
});

const scopesWithout: Record<Scope, readonly Scope[]> = {
  read: ['write'],
  write: ['read'],
  admin: ['read', 'write'],
  embeddings: ['read'],
};

function addressOf({ path }: DeclaredRoute): string {
  return path.replace(':id', newId('document')).replace(':code', 'NOT_FOUND').replace(':name', 'ask.ts');
}

/** The code of an error, in the form that clients of the route expect. */
async function codeOf(response: Response, { path }: DeclaredRoute): Promise<string> {
  const type = response.headers.get('content-type');
  if (speaksOpenAi(path)) {
    expect(type).toBe('application/json');
    return ((await response.json()) as { error: { code: string } }).error.code;
  }
  expect(type).toBe('application/problem+json');
  return ((await response.json()) as { code: string }).code;
}

describe('every route', () => {
  it('declares the scope that it needs', () => {
    expect(declared.length).toBeGreaterThanOrEqual(routes.length);
    expect(declared.filter(({ scope }) => scope === null)).toEqual([]);
  });

  it('is public only where it shows nothing of a tenant', () => {
    const open = declared.filter(({ scope }) => scope === 'public').map(({ path }) => path);
    expect(open).toEqual([
      '/sign-in',
      '/sign-out',
      '/healthz',
      '/readyz',
      '/metrics',
      '/openapi.json',
      '/docs',
      '/docs/errors/:code',
      '/',
      '/assets/:name',
    ]);
  });

  it('wants a key that is known, whole and not revoked', async () => {
    const revoked = await app.createKey();
    for (const { id } of (await app.stores.identities.listKeys(app.tenant, { limit: 200, cursor: null })).items)
      await app.stores.identities.revokeKey(app.tenant, id);
    const valid = await app.createKey();
    const wrong = [
      undefined,
      '',
      valid,
      `Basic ${valid}`,
      `Bearer ${valid}, Bearer ${valid}`,
      `Bearer ${valid.slice(0, -1)}`,
      `Bearer ${valid} `.replace(/ $/, '\u00a0'),
      'Bearer fn_',
      `Bearer fn_${'A'.repeat(43)}`,
      `Bearer ${revoked}`,
      "Bearer fn_' or 1=1 --aaaaaaaaaaaaaaaa",
    ];
    for (const route of declared.filter(({ scope }) => scope !== 'public')) {
      for (const authorization of wrong) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
        const response = await app.application.app.request(addressOf(route), { method: route.method, headers });
        expect([route.path, authorization, response.status]).toEqual([route.path, authorization, 401]);
        expect(await codeOf(response, route)).toMatch(/^(UNAUTHENTICATED|invalid_api_key)$/);
      }
    }
  });

  it('wants its scope, before it reads anything of the request', async () => {
    for (const route of declared) {
      if (route.scope === 'public' || route.scope === null) continue;
      const key = await app.createKey({ scopes: scopesWithout[route.scope] });
      const response = await app.request(addressOf(route), key, { method: route.method });
      expect([route.method, route.path, response.status]).toEqual([route.method, route.path, 403]);
      expect((await codeOf(response, route)).toUpperCase()).toBe('FORBIDDEN');
    }
  });

  it('answers the same for what another tenant owns and for what does not exist', async () => {
    const other = await createTestTenant(driver);
    const foreign = await ownedBy(app, other);
    const key = await app.createKey();
    for (const route of declared.filter(({ path, scope }) => path.includes(':id') && scope !== 'public')) {
      const kind = route.path.split('/')[2] ?? '';
      const foreignId = foreign[kind];
      expect([route.path, foreignId]).toEqual([route.path, expect.any(String)]);
      const missingId = `${String(foreignId).slice(0, 4)}${newId('document').slice(4)}`;
      const body = bodies[`${route.method} ${route.path}`] ?? bodies[`${route.method} ${route.path.split('/').at(-1)}`];
      const answers: string[] = [];
      for (const id of [foreignId, missingId, 'nonsense']) {
        const response = await app.request(route.path.replace(':id', String(id)), key, {
          method: route.method,
          headers: {
            'x-request-id': 'the-same-request',
            ...(typeof body === 'string' && { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body }),
        });
        answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
      }
      expect(new Set(answers)).toEqual(new Set([answers[0]]));
      expect(answers[0]).toMatch(kind === 'tenants' ? /^403 / : /^404 /);
    }
  });
});

/** For routes that read a body before they look for the thing. */
const bodies: Readonly<Record<string, string | FormData>> = {
  'POST feedback': '{"rating":"up"}',
  'POST runs': '{}',
  'POST changes': '{"externalIds":["a"]}',
  'POST confirm': '{}',
  'PUT export': formWith(new File(['x'], 'export.zip')),
  'PATCH :id': '{}',
  'PATCH /v1/users/:id': '{"groups":[]}',
};

function formWith(file: File): FormData {
  const form = new FormData();
  form.set('file', file);
  return form;
}

/** One thing of each kind that has an id, by the name in the path. */
async function ownedBy(
  { stores, publish, createKey, request }: TestApp,
  tenant: Awaited<ReturnType<typeof createTestTenant>>,
) {
  const documentId = await publish({ title: 'Foreign', text: 'Of another tenant.', tenant });
  const [job] = (await stores.jobs.list(tenant, { limit: 1, cursor: null })).items;
  const key = await createKey({ tenant });
  const asked = await request('/v1/answers', key, {
    method: 'POST',
    body: '{"question":"Foreign?"}',
    headers: { 'content-type': 'application/json' },
  });
  const answer = (await asked.json()) as { id: string; conversationId: string };
  const user = await stores.identities.createUser(tenant, { name: 'ada', role: 'reader', groups: [] });
  const curatedId = newId('curatedAnswer');
  const by = samplePrincipal(tenant);
  const content = { question: 'Foreign?', variants: [], answer: 'Yes.', validUntil: null };
  const curated = { ...content, sources: [{ documentId, version: null }], by };
  await stores.documents.register(tenant, null, [
    sampleDocument(curatedId, 'Yes.', { source: curatedSource, curated }),
  ]);
  const [ownKey] = (await stores.identities.listKeys(tenant, { limit: 1, cursor: null })).items;
  const source = await stores.sources.create(tenant, sampleSource());
  const owned: Record<string, string | undefined> = {
    sources: source.id,
    answers: answer.id,
    conversations: answer.conversationId,
    'curated-answers': curatedId,
    documents: documentId,
    jobs: job?.id,
    keys: ownKey?.id,
    users: user.id,
    tenants: tenant,
  };
  return owned;
}
