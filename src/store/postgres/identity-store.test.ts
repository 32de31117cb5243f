import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../test/sample-documents.ts';
import { newId, type TenantId } from '../../domain/ids.ts';
import type { Page } from '../documents.ts';
import type { ListPart } from '../identities.ts';
import type { SqlDriver } from '../sql.ts';
import { createStores, type Stores } from './stores.ts';

describeOnEachDatabase('identity and idempotency stores', (database) => {
  let clock = 0;
  let stores: Stores;
  let tenant: TenantId;
  beforeEach(async () => {
    clock = Date.parse('2026-01-01T00:00:00Z');
    await database().asOperator((sql) => sql.query('delete from tenants'));
    stores = createStores(database(), { now: () => new Date(clock) });
    tenant = await createTestTenant(database());
  });
  const identities = () => stores.identities;
  const whole = { limit: 200, cursor: null };
  const reader = { name: 'laptop', role: 'reader', scopes: ['read'], grants: ['group:b'], userId: null } as const;

  it('makes the default tenant once, however many ask', async () => {
    const tenants = await Promise.all(Array.from({ length: 5 }, () => identities().defaultTenant()));
    expect(new Set(tenants.map(({ id }) => id)).size).toBe(1);
    expect(tenants[0]).toEqual({
      id: expect.stringMatching(/^ten_/),
      name: 'default',
      createdAt: '2026-01-01T00:00:00.000Z',
    });
  });

  it('creates and lists tenants, each name once', async () => {
    const created = await identities().createTenant('acme');
    expect((await identities().listTenants(whole)).items).toContainEqual(created);
    expect(await identities().getTenant(created.id)).toEqual(created);
    expect(await identities().tenantIds()).toContain(created.id);
    await expect(identities().createTenant('acme')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('lists tenants, users and keys by pages, each once and in the order of making', async () => {
    const made = { tenants: [] as string[], users: [] as string[], keys: [] as string[] };
    for (let count = 1; count <= 5; count += 1) {
      clock += 1000;
      made.tenants.push((await identities().createTenant(`tenant ${count}`)).id);
      made.users.push(
        (await identities().createUser(tenant, { name: `user ${count}`, role: 'reader', groups: [] })).id,
      );
      made.keys.push((await identities().createKey(tenant, reader)).key.id);
    }
    // Test tenants bear the real time, which is later.
    made.tenants.push(tenant);
    const other = await createTestTenant(database());
    await identities().createKey(other, reader);
    await identities().createUser(other, { name: 'eve', role: 'reader', groups: [] });
    const lists = {
      tenants: (part: ListPart) => identities().listTenants(part),
      users: (part: ListPart) => identities().listUsers(tenant, part),
      keys: (part: ListPart) => identities().listKeys(tenant, part),
    };
    for (const [kind, list] of Object.entries(lists)) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<{ id: string }> = await list({ limit: 2, cursor });
        expect(page.items.length).toBeLessThanOrEqual(2);
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      const wanted = made[kind as keyof typeof made];
      expect([kind, seen.filter((id) => id !== other)]).toEqual([kind, wanted]);
      await expect(list({ limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });

  it('removes a tenant with everything it owns', async () => {
    const { id } = await identities().createTenant('acme');
    await stores.documents.register(id, null, [sampleDocument('a', 'one')]);
    await stores.documents.publish(
      (await stores.documents.claim(9, 60)).map((version) => samplePrepared(version, 'one')),
    );
    await stores.embeddings.saveBeside('other', id, [{ embeddingHash: 'hash', vector: new Float32Array(2) }]);
    const { secret } = await identities().createKey(id, reader);
    expect(await identities().removeTenant(id)).toBe(true);
    expect(await identities().removeTenant(id)).toBe(false);
    expect(await identities().principalOfKey(secret)).toBeNull();
    const left = await database().asOperator((sql) =>
      sql.query(
        'select tenant_id from passages union all select tenant_id from embeddings union all select tenant_id from embedding_queue',
      ),
    );
    expect(left).toEqual([]);
    await expect(stores.documents.register(id, null, [sampleDocument('a', 'one')])).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('knows a key by its secret until it is revoked, and stores only a hash', async () => {
    const { key, secret } = await identities().createKey(tenant, reader);
    expect(secret).toMatch(/^fn_[\w-]{43}$/);
    expect(secret.startsWith(key.hint)).toBe(true);
    expect(await identities().principalOfKey(secret)).toEqual({
      tenantId: tenant,
      credential: key.id,
      userId: null,
      role: 'reader',
      scopes: ['read'],
      grants: ['group:b'],
    });
    expect((await identities().listKeys(tenant, whole)).items).toEqual([key]);
    expect(JSON.stringify(await database().asOperator((sql) => sql.query('select * from api_keys')))).not.toContain(
      secret,
    );
    for (const wrong of ['', 'fn_', `${secret}x`, secret.slice(0, -1)])
      expect(await identities().principalOfKey(wrong)).toBeNull();
    expect(await identities().revokeKey(await createTestTenant(database()), key.id)).toBe(false);
    expect(await identities().revokeKey(tenant, key.id)).toBe(true);
    expect(await identities().revokeKey(tenant, key.id)).toBe(false);
    expect(await identities().principalOfKey(secret)).toBeNull();
    expect((await identities().listKeys(tenant, whole)).items[0]?.revokedAt).toBe('2026-01-01T00:00:00.000Z');
  });

  it('believes what it read for half a second, and a revocation of another process within a second', async () => {
    let asked = 0;
    const counting: SqlDriver = {
      ...database(),
      asOperator: (work, options) => {
        asked += 1;
        return database().asOperator(work, options);
      },
    };
    const here = createStores(counting, { now: () => new Date(clock) }).identities;
    const { key, secret } = await identities().createKey(tenant, reader);
    for (let count = 0; count < 5; count += 1) expect(await here.principalOfKey(secret)).not.toBeNull();
    expect(asked).toBe(1);
    expect(await here.principalOfSession(secret)).toBeNull();
    await identities().revokeKey(tenant, key.id);
    clock += 999;
    expect(await here.principalOfKey(secret)).toBeNull();
  });

  it('believes nothing that was read while a revocation ran', async () => {
    const { key, secret } = await identities().createKey(tenant, reader);
    const [, revoked] = await Promise.all([
      identities().principalOfKey(secret),
      identities().revokeKey(tenant, key.id),
    ]);
    expect(revoked).toBe(true);
    expect(await identities().principalOfKey(secret)).toBeNull();
  });

  it('never gives a key more than its role has', async () => {
    const { secret } = await identities().createKey(tenant, { ...reader, scopes: ['read', 'admin'] });
    expect((await identities().principalOfKey(secret))?.scopes).toEqual(['read']);
  });

  it('gives the credentials of a user what the user may see, until the user is revoked', async () => {
    const user = await identities().createUser(tenant, { name: 'ada', role: 'reader', groups: ['support'] });
    expect((await identities().listUsers(tenant, whole)).items).toEqual([user]);
    const { secret } = await identities().createKey(tenant, { ...reader, userId: user.id });
    const session = await identities().createSession(tenant, user.id, 'reader', 60);
    expect(await identities().principalOfKey(secret)).toMatchObject({
      userId: user.id,
      grants: ['group:b', `user:${user.id}`, 'user:ada', 'group:support'],
    });
    expect(await identities().principalOfSession(session.secret)).toMatchObject({
      userId: user.id,
      grants: [`user:${user.id}`, 'user:ada', 'group:support'],
    });
    await expect(identities().createUser(tenant, { name: 'ada', role: 'reader', groups: [] })).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    expect(await identities().revokeUser(await createTestTenant(database()), user.id)).toBe(false);
    expect(await identities().revokeUser(tenant, user.id)).toBe(true);
    expect(await identities().principalOfKey(secret)).toBeNull();
    expect(await identities().principalOfSession(session.secret)).toBeNull();
    expect((await identities().listUsers(tenant, whole)).items).toEqual([]);
    await identities().createUser(tenant, { name: 'ada', role: 'reader', groups: [] });
  });

  it('makes no key for a user of nobody, of another tenant or revoked', async () => {
    const foreign = await identities().createUser(await createTestTenant(database()), {
      name: 'eve',
      role: 'reader',
      groups: [],
    });
    for (const userId of [newId('user'), foreign.id])
      await expect(identities().createKey(tenant, { ...reader, userId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('ends a session at its time or when it is removed', async () => {
    const first = await identities().createSession(tenant, null, 'admin', 60);
    const second = await identities().createSession(tenant, null, 'admin', 120);
    expect(first.expiresAt).toBe('2026-01-01T00:01:00.000Z');
    expect(await identities().principalOfSession(first.secret)).toMatchObject({
      tenantId: tenant,
      role: 'admin',
      scopes: ['read', 'write', 'admin'],
      userId: null,
    });
    clock += 60_000;
    expect(await identities().principalOfSession(first.secret)).toBeNull();
    expect(await identities().principalOfSession(second.secret)).not.toBeNull();
    await identities().removeSession(second.secret);
    expect(await identities().principalOfSession(second.secret)).toBeNull();
    expect(await identities().principalOfKey(second.secret)).toBeNull();
  });

  it('lets one request own an idempotency key, and repeats its response', async () => {
    const begun = await Promise.all(Array.from({ length: 4 }, () => stores.idempotency.begin(tenant, 'k', 'hash')));
    expect([...begun].sort()).toEqual(['new', 'running', 'running', 'running']);
    expect(await stores.idempotency.begin(tenant, 'k', 'other')).toBe('conflict');
    expect(await stores.idempotency.begin(await createTestTenant(database()), 'k', 'other')).toBe('new');
    await stores.idempotency.finish(tenant, 'k', { jobId: 'job_1', list: [1] });
    expect(await stores.idempotency.begin(tenant, 'k', 'hash')).toEqual({ body: { jobId: 'job_1', list: [1] } });
    await stores.idempotency.release(tenant, 'k');
    expect(await stores.idempotency.begin(tenant, 'k', 'hash')).toEqual({ body: { jobId: 'job_1', list: [1] } });
    clock += 86_400_000;
    expect(await stores.idempotency.begin(tenant, 'k', 'other')).toBe('new');
  });

  it('gives an idempotency key back when its request failed or died', async () => {
    await stores.idempotency.begin(tenant, 'k', 'hash');
    await stores.idempotency.release(tenant, 'k');
    expect(await stores.idempotency.begin(tenant, 'k', 'hash')).toBe('new');
    clock += 600_000;
    expect(await stores.idempotency.begin(tenant, 'k', 'hash')).toBe('new');
  });
});
