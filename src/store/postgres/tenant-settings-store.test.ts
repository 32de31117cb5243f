import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { samplePrincipal } from '../../../test/sample-documents.ts';
import { newId } from '../../domain/ids.ts';
import { defaultTenantSettings } from '../../domain/tenant-settings.ts';
import { createAuditLog } from './audit-log.ts';
import { createTenantSettingsStore } from './tenant-settings-store.ts';

describeOnEachDatabase('tenant settings and their audit', (database) => {
  const now = () => new Date('2026-01-01T00:00:00Z');
  const open = async () => {
    const tenant = await createTestTenant(database());
    const store = createTenantSettingsStore(database(), { now });
    return { tenant, store, audit: createAuditLog(database()), admin: samplePrincipal(tenant) };
  };
  const wholeLog = { limit: 50, cursor: null };

  it('are the defaults until they are changed, and of one tenant only', async () => {
    const { tenant, store, admin } = await open();
    const other = await createTestTenant(database());
    expect(await store.read(tenant)).toEqual(defaultTenantSettings);
    const changed = { ...defaultTenantSettings, maskPersonalData: false, moderationWords: ['"a"', 'b'] };
    expect(await store.change(admin, { maskPersonalData: false, moderationWords: ['"a"', 'b'] })).toEqual(changed);
    expect(await store.read(tenant)).toEqual(changed);
    expect(await store.read(other)).toEqual(defaultTenantSettings);
  });

  it('are remembered as they were read last, with a generation that every change raises', async () => {
    const { tenant, store, admin } = await open();
    expect(store.lastState(tenant)).toBeNull();
    await store.read(tenant);
    const first = store.lastState(tenant);
    expect(first?.settings).toEqual(defaultTenantSettings);
    expect(await store.readState(tenant)).toEqual(first);
    expect(await store.readState(newId('tenant'))).toBeNull();
    await createTenantSettingsStore(database(), { now }).change(admin, { answerTokens: 1000 });
    expect(store.lastState(tenant)).toEqual(first);
    await store.change(admin, { answerTokens: 1000 });
    await store.read(tenant);
    const settings = { ...defaultTenantSettings, answerTokens: 1000 };
    expect(store.lastState(tenant)).toEqual({ settings, generation: Number(first?.generation) + 1 });
  });

  it('every change says who, when and what; one that changes nothing says nothing', async () => {
    const { tenant, store, audit, admin } = await open();
    const user = { ...admin, userId: newId('user') };
    await store.change(admin, { maskPersonalData: true });
    await store.change(admin, { maskPersonalData: false, moderation: undefined });
    await store.change(user, { models: ['extractive'], maskPersonalData: false });
    const base = { at: now().toISOString(), action: 'settings.changed' };
    expect((await audit.list(tenant, wholeLog)).items).toEqual([
      { ...base, actor: user.userId, details: { models: { from: null, to: ['extractive'] } } },
      { ...base, actor: admin.credential, details: { maskPersonalData: { from: true, to: false } } },
    ]);
  });

  it('changes at the same time are all kept, and told in their order', async () => {
    const { tenant, store, audit, admin } = await open();
    await Promise.all([
      store.change(admin, { answerTokens: 5000 }),
      store.change(admin, { moderation: 'words' }),
      store.change(admin, { maskPersonalData: false }),
    ]);
    expect(await store.read(tenant)).toMatchObject({
      answerTokens: 5000,
      moderation: 'words',
      maskPersonalData: false,
    });
    expect((await audit.list(tenant, wholeLog)).items).toHaveLength(3);
  });

  it('the log is read in pages', async () => {
    const { tenant, store, audit, admin } = await open();
    for (const answerTokens of [1000, 2000, 3000]) await store.change(admin, { answerTokens });
    const first = await audit.list(tenant, { limit: 2, cursor: null });
    const second = await audit.list(tenant, { limit: 2, cursor: first.nextCursor });
    const limits = [...first.items, ...second.items].map(({ details }) => details.answerTokens);
    expect(limits).toEqual([3000, 2000, 1000].map((to) => ({ from: to === 1000 ? null : to - 1000, to })));
    expect(second.nextCursor).toBeNull();
    await expect(audit.list(tenant, { limit: 2, cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('no tenant can change or remove what the log says', async () => {
    const { tenant, store, admin } = await open();
    await store.change(admin, { maskPersonalData: false });
    for (const statement of [
      "update audit_entries set actor = ''",
      'delete from audit_entries',
      'truncate audit_entries',
    ])
      await expect(database().queryAsTenant(tenant, statement)).rejects.toMatchObject({ code: '42501' });
  });
});
