import { beforeEach, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from '../../../test/sample-documents.ts';
import { curatedSource } from '../../domain/curated-answer.ts';
import { type CuratedAnswerId, type DocumentId, newId, passageId, type TenantId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { CuratedContent } from '../curated-answers.ts';
import { createStores, type Stores } from './stores.ts';

describeOnEachDatabase('curated answers', (database) => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  let time = start;
  let stores: Stores;
  let tenant: TenantId;
  let admin: Principal;
  let reader: Principal;

  beforeEach(async () => {
    time = start;
    stores = createStores(database(), { now: () => new Date(time), overtakenSeconds: 0 });
    tenant = await createTestTenant(database());
    admin = samplePrincipal(tenant);
    reader = samplePrincipal(tenant, { role: 'reader', grants: ['group:a'] });
  });

  async function register(document: Parameters<typeof sampleDocument>): Promise<DocumentId> {
    const [registration] = await stores.documents.register(tenant, null, [sampleDocument(...document)]);
    for (const version of await stores.documents.claim(99, 60))
      await stores.documents.publish([samplePrepared(version, version.document.externalId)]);
    if (!registration) throw new Error('nothing was registered');
    return registration.documentId;
  }

  async function curate(sources: readonly DocumentId[], changes: Partial<CuratedContent> = {}) {
    const id = newId('curatedAnswer', time);
    const bound = sources.map((documentId) => ({ documentId, version: null }));
    const content = { question: 'Why?', variants: ['How come?'], answer: 'So.', validUntil: null };
    const curated: CuratedContent = { ...content, sources: bound, by: admin, ...changes };
    return { id, documentId: await register([id, id, { source: curatedSource, curated }]) };
  }

  /** What an answer may use of it. */
  async function used(documentId: DocumentId, by = reader) {
    return await stores.documents.readPassages(by, [passageId(tenant, documentId, 1, 0)], null);
  }

  const list = async (by: Principal, state: 'active' | 'needs-review' | null = null) =>
    (await stores.curatedAnswers.list(by, { limit: 9, cursor: null, state })).items.map(({ id }) => id);
  const get = async (id: CuratedAnswerId, by = admin) => await stores.curatedAnswers.get(by, id);

  it('carries what it is into the passages that are read', async () => {
    const source = await register(['source', 'one']);
    const { id, documentId } = await curate([source], { validUntil: '2026-02-01T01:00:00+01:00' });
    const [passage] = await used(documentId);
    expect(passage?.reviewed).toEqual({
      ...{ id, question: 'Why?', variants: ['How come?'], validUntil: '2026-02-01T00:00:00.000Z' },
      sources: [{ documentId: source, version: 1, title: 'Parsed title', uri: null }],
    });
    const [other] = await used(source);
    expect(other && 'reviewed' in other).toBe(false);
  });

  it('is read by those who may open all of its sources', async () => {
    const [open, closed] = [await register(['open', 'one']), await register(['closed', 'two', { acl: ['group:b'] }])];
    const [free, held] = [await curate([open]), await curate([open, closed])];
    expect([(await used(free.documentId)).length, (await used(held.documentId)).length]).toEqual([1, 0]);
    expect(await list(reader)).toEqual([free.id]);
    expect(await get(held.id, reader)).toBeNull();
    expect(await stores.documents.find(reader, held.id)).toEqual([]);
    expect((await list(admin)).sort()).toEqual([free.id, held.id].sort());
    await register(['closed', 'two', { acl: ['group:a', 'group:b'] }]);
    expect(await used(held.documentId)).toHaveLength(1);
  });

  it('is out of use as soon as a source changes, and reads as such', async () => {
    const source = await register(['source', 'one']);
    const { id, documentId } = await curate([source]);
    expect([await list(admin, 'active'), await list(admin, 'needs-review')]).toEqual([[id], []]);
    await register(['source', 'another text']);
    expect(await used(documentId, admin)).toEqual([]);
    expect(await get(id)).toMatchObject({
      ...{ state: 'needs-review', reasons: [{ reason: 'source-changed', documentId: source }] },
      sources: [{ version: 1, currentVersion: 2 }],
    });
    expect([await list(admin, 'active'), await list(admin, 'needs-review')]).toEqual([[], [id]]);
    expect(await stores.documents.get(reader, documentId)).not.toBeNull();
  });

  it('is out of use from its last moment on, and when nothing else is there, there are no documents', async () => {
    const source = await register(['source', 'one', { acl: ['group:a'] }]);
    const { id, documentId } = await curate([source], { validUntil: '2026-01-02T00:00:00Z' });
    time = Date.parse('2026-01-01T23:59:59.999Z');
    expect(await used(documentId)).toHaveLength(1);
    time = Date.parse('2026-01-02T00:00:00Z');
    expect(await used(documentId)).toEqual([]);
    expect(await get(id)).toMatchObject({ state: 'needs-review', reasons: [{ reason: 'expired', documentId: null }] });
    await stores.documents.remove(tenant, [source]);
    expect(await stores.documents.hasDocuments(admin)).toBe(false);
  });

  it('teaches the vocabulary of the tenant nothing', async () => {
    const source = await register(['source', 'one']);
    await curate([source]);
    const texts: string[] = [];
    for await (const batch of stores.passageTexts.texts(tenant)) texts.push(...batch);
    expect(texts).toEqual(['source']);
  });

  it('leaves nothing when its document is purged', async () => {
    const { documentId } = await curate([await register(['source', 'one'])]);
    await stores.documents.remove(tenant, [documentId]);
    while ((await stores.documents.sweep(99)) > 0);
    for (const table of ['curated_answers', 'curated_answer_sources'])
      expect(await database().queryAsTenant(tenant, `select from ${table}`)).toEqual([]);
  });
});
