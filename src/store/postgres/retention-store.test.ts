import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../../test/sample-documents.ts';
import { type ConversationId, type DocumentId, newId } from '../../domain/ids.ts';
import type { TenantSettingsChange } from '../../domain/tenant-settings.ts';
import { createStores } from './stores.ts';

describeOnEachDatabase('retention', (database) => {
  beforeEach(async () => await database().asOperator((sql) => sql.query('delete from tenants')));

  const start = Date.parse('2026-01-01T00:00:00Z');

  /** A tenant with these settings, on the first of January. */
  async function open(settings: TenantSettingsChange = {}) {
    const tenant = await createTestTenant(database());
    const admin = samplePrincipal(tenant);
    let time = start;
    const stores = createStores(database(), { now: () => new Date(time), overtakenSeconds: 0 });
    await stores.tenantSettings.change(admin, settings);

    async function ask(conversationId: ConversationId = newId('conversation'), isNewConversation = true) {
      const answerId = newId('answer');
      const question = { answerId, conversationId, question: 'q', mode: 'strict', model: 'm' } as const;
      const started = { type: 'answer-started', sequence: 0, at: new Date(time).toISOString(), ...question } as const;
      await stores.answers.begin(admin, started, { isNewConversation, editOf: null });
      return { conversationId, answerId };
    }

    async function add(source: string, externalId: string): Promise<DocumentId> {
      const incoming = sampleDocument(externalId, `${tenant} ${externalId}`, { source });
      const [registration] = await stores.documents.register(tenant, null, [incoming]);
      for (const version of await stores.documents.claim(9, 60))
        await stores.documents.publish([samplePrepared(version, version.document.externalId)]);
      if (!registration) throw new Error('nothing was registered');
      return registration.documentId;
    }

    return {
      ...{ stores, admin, tenant, ask, add },
      passDays(days: number) {
        time += days * 86_400_000;
      },
      documents: async () => (await stores.documents.list(admin, { limit: 9, cursor: null })).items.map(({ id }) => id),
      told: async () =>
        (await stores.audit.list(tenant, { limit: 9, cursor: null })).items
          .filter(({ action }) => action.endsWith('.expired'))
          .map(({ actor, action, details }) => ({ actor, action, ...details })),
    };
  }

  it('removes conversations whose last message is older than the tenant wants, with their answers, and says so', async () => {
    const { stores, admin, ask, passDays, told } = await open({ conversationRetentionDays: 30 });
    const old = await ask();
    const kept = await ask();
    passDays(20);
    await ask(kept.conversationId, false);
    passDays(10.5);
    expect(await stores.retention.removeExpired(9)).toBe(1);
    expect(await stores.answers.get(admin, old.answerId)).toBeNull();
    expect(await stores.answers.get(admin, kept.answerId)).not.toBeNull();
    expect(await told()).toEqual([
      { actor: 'footnote', action: 'conversations.expired', days: 30, conversations: [old.conversationId] },
    ]);
    expect(await stores.retention.removeExpired(9)).toBe(0);
    expect(await told()).toHaveLength(1);
  });

  it('hides documents of the named sources that did not change for longer, and says which', async () => {
    const { stores, admin, add, passDays, documents, told } = await open({ documentRetentionDays: { notes: 7 } });
    const old = await add('notes', 'old');
    const other = await add('handbook', 'other');
    const changed = await add('notes', 'changed');
    passDays(6);
    await stores.documents.register(admin.tenantId, null, [
      sampleDocument('changed', `${admin.tenantId} changed`, { source: 'notes', tags: { reviewed: 'yes' } }),
    ]);
    passDays(2);
    expect(await stores.retention.removeExpired(9)).toBe(1);
    expect((await documents()).sort()).toEqual([other, changed].sort());
    expect(await told()).toEqual([
      { actor: 'footnote', action: 'documents.expired', source: 'notes', days: 7, documents: [old] },
    ]);
  });

  it('removes in parts, until nothing is left to remove', async () => {
    const { stores, ask, passDays } = await open({ conversationRetentionDays: 1 });
    for (let count = 0; count < 3; count += 1) await ask();
    passDays(2);
    expect([await stores.retention.removeExpired(2), await stores.retention.removeExpired(2)]).toEqual([2, 1]);
  });

  it('keeps all of a tenant that set nothing', async () => {
    const { stores, admin, ask, add, passDays } = await open({ answerTokens: 5000 });
    const { answerId } = await ask();
    const id = await add('notes', 'old');
    passDays(36_500);
    expect(await stores.retention.removeExpired(9)).toBe(0);
    expect(await stores.answers.get(admin, answerId)).not.toBeNull();
    expect(await stores.documents.get(admin, id)).not.toBeNull();
  });

  it('under legal hold nothing expires, and what is removed is hidden but not purged', async () => {
    const held = { conversationRetentionDays: 1, documentRetentionDays: { notes: 1 }, legalHold: true };
    const { stores, admin, tenant, ask, add, passDays, documents } = await open(held);
    const { conversationId, answerId } = await ask();
    const id = await add('notes', 'old');
    passDays(2);
    expect(await stores.retention.removeExpired(9)).toBe(0);
    expect(await stores.documents.remove(tenant, [id])).toBe(1);
    expect(await documents()).toEqual([]);
    while ((await stores.documents.sweep(9)) > 0);
    const passages = () => database().queryAsTenant(tenant, 'select from passages where document_id = $1', [id]);
    expect(await passages()).not.toEqual([]);
    await expect(stores.answers.removeConversation(admin, conversationId)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(stores.identities.removeTenant(tenant)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await stores.answers.get(admin, answerId)).not.toBeNull();

    await stores.tenantSettings.change(admin, { legalHold: false });
    while ((await stores.documents.sweep(9)) > 0);
    expect(await passages()).toEqual([]);
    expect(await stores.retention.removeExpired(9)).toBe(1);
    expect(await stores.answers.get(admin, answerId)).toBeNull();
  });

  it('holds of sources and of documents keep these, and nothing else', async () => {
    const { stores, admin, tenant, add, passDays, documents } = await open({
      documentRetentionDays: { notes: 1, tickets: 1 },
      heldSources: ['tickets'],
    });
    const [held, ticket, free] = [await add('notes', 'held'), await add('tickets', 't'), await add('notes', 'free')];
    await stores.tenantSettings.change(admin, { heldDocuments: [held] });
    passDays(2);
    expect(await stores.retention.removeExpired(9)).toBe(1);
    expect((await documents()).sort()).toEqual([held, ticket].sort());
    await stores.documents.remove(tenant, [held, ticket]);
    expect(await documents()).toEqual([]);
    const kept = async () => {
      while ((await stores.documents.sweep(9)) > 0);
      const rows = await database().queryAsTenant<{ id: string }>(
        tenant,
        'select distinct document_id as id from passages order by 1',
      );
      return rows.map(({ id }) => id);
    };
    expect(await kept()).toEqual([held, ticket].sort());
    expect(await kept()).not.toContain(free);
    await expect(stores.identities.removeTenant(tenant)).rejects.toMatchObject({ code: 'CONFLICT' });
    await stores.tenantSettings.change(admin, { heldSources: [] });
    expect(await kept()).toEqual([held]);
    await stores.tenantSettings.change(admin, { heldDocuments: [] });
    expect(await kept()).toEqual([]);
  });

  it('a stranger learns nothing from a hold', async () => {
    const { stores, admin, ask } = await open({ legalHold: true });
    const { conversationId } = await ask();
    const stranger = { ...admin, role: 'reader', credential: newId('key') } as const;
    expect(await stores.answers.removeConversation(stranger, conversationId)).toBe(false);
  });
});
