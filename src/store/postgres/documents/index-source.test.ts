import { expect, it } from 'vitest';
import { openApp } from '../../../../test/open-app.ts';
import { describeOnEachDatabase } from '../../../../test/open-database.ts';
import { createIndexSource } from './index-source.ts';

describeOnEachDatabase('index source', (database) => {
  it('counts and adds up what is visible, with and without vectors', async () => {
    const app = await openApp(database());
    const source = createIndexSource(database());
    const { tenant } = app;
    expect(await source.checksum(tenant, 'test')).toEqual({
      passages: 0,
      embedded: 0,
      checksum: '0'.repeat(16),
      embeddedChecksum: '0'.repeat(16),
    });
    const ids: bigint[] = [];
    for (const title of ['One', 'Two']) {
      const document = await app.publish({ title, text: `Text of ${title}.` });
      for await (const points of source.points(
        tenant,
        'test',
        [{ documentId: document, version: 1, passages: 1, embedded: 0 }],
        {
          content: true,
        },
      ))
        for (const { id, content } of points) {
          expect(content).toBe(`Text of ${title}.`);
          ids.push(BigInt(`0x${id.slice(4).replaceAll('-', '').slice(0, 16)}`));
        }
    }
    const [text] = await app.stores.embeddings.unembedded('test', 1);
    await app.stores.embeddings.save('test', 2, [
      { tenantId: tenant, embeddingHash: text?.embeddingHash ?? '', vector: Float32Array.of(1, 0) },
    ]);
    const hexadecimal = (sum: bigint) => sum.toString(16).padStart(16, '0');
    const checksum = await source.checksum(tenant, 'test');
    expect(checksum).toMatchObject({ passages: 2, embedded: 1 });
    expect(checksum.checksum).toBe(hexadecimal(ids.reduce((sum, id) => sum ^ id, 0n)));
    expect(ids.map(hexadecimal)).toContain(checksum.embeddedChecksum);
    expect(await source.passages(tenant)).toBe(2);
    let vectors = 0;
    for await (const batch of source.sparseVectors(tenant)) vectors += batch.length;
    expect(vectors).toBe(2);
    await app.application.stop();
  });
});
