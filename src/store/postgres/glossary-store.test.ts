import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { createGlossaryStore } from './glossary-store.ts';

describeOnEachDatabase('glossary', (database) => {
  it('replaces the whole list of one tenant, and lists it in order', async () => {
    const glossary = createGlossaryStore(database());
    const [tenant, other] = [await createTestTenant(database()), await createTestTenant(database())];
    await glossary.replace(other, [{ term: 'PTO', synonyms: ['other'] }]);
    await glossary.replace(tenant, [
      { term: 'seat', synonyms: ['licence'] },
      { term: 'PTO', synonyms: ['paid time off', 'it\'s "leave", {curly}'] },
    ]);
    expect(await glossary.list(tenant)).toEqual([
      { term: 'PTO', synonyms: ['paid time off', 'it\'s "leave", {curly}'] },
      { term: 'seat', synonyms: ['licence'] },
    ]);
    await glossary.replace(tenant, []);
    expect(await glossary.list(tenant)).toEqual([]);
    expect(await glossary.list(other)).toEqual([{ term: 'PTO', synonyms: ['other'] }]);
  });

  it('takes replacements that meet one after the other', async () => {
    const glossary = createGlossaryStore(database());
    const tenant = await createTestTenant(database());
    const lists = ['one', 'two', 'three'].map((synonym) => [{ term: 'seat', synonyms: [synonym] }]);
    await Promise.all(lists.map((terms) => glossary.replace(tenant, terms)));
    expect(lists).toContainEqual(await glossary.list(tenant));
  });
});
