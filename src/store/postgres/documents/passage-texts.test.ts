import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../../test/sample-documents.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { createStores } from '../stores.ts';

describeOnEachDatabase('texts for the vocabulary', (database) => {
  async function publish(tenant: TenantId, name: string, text: string, acl: readonly string[] = []) {
    const { documents } = createStores(database());
    await documents.register(tenant, null, [sampleDocument(name, text, { acl })]);
    const [queued] = await documents.claim(1, 60);
    if (!queued) throw new Error('Nothing was queued.');
    await documents.publish([samplePrepared(queued, text)]);
    return queued.documentId;
  }

  it('are those of current documents that everybody may read, all of them, once', async () => {
    const { documents, passageTexts } = createStores(database());
    const tenant = await createTestTenant(database());
    const long = Array.from({ length: 230 }, (_, index) => `passage ${index}`);
    await publish(tenant, 'long', long.join('\n'));
    await publish(tenant, 'short', 'old words');
    await publish(tenant, 'short', 'new words');
    await publish(tenant, 'secret', 'words of the board', ['group:board']);
    const removed = await publish(tenant, 'removed', 'words that are gone');
    await documents.remove(tenant, [removed]);
    await publish(await createTestTenant(database()), 'foreign', 'words of another tenant');
    const texts = (await Array.fromAsync(passageTexts.texts(tenant))).flat();
    expect(texts.toSorted()).toEqual([...long, 'new words'].toSorted());
  });
});
