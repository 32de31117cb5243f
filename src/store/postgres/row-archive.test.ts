import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase, openTestDatabase } from '../../../test/open-database.ts';
import { sampleDocument, samplePrepared } from '../../../test/sample-documents.ts';
import type { ArchiveSummary, RowBatch } from '../row-archive.ts';
import type { SqlDriver } from '../sql.ts';
import { archivedTables, createRowArchive, leftTables } from './row-archive.ts';
import { createStores } from './stores.ts';

interface Archived extends ArchiveSummary {
  readonly batches: readonly RowBatch[];
}

async function archive(driver: SqlDriver): Promise<Archived> {
  const summaries: ArchiveSummary[] = [];
  const batches: RowBatch[] = [];
  await createRowArchive(driver).read(
    async (told) => void summaries.push(told),
    async (batch) => void batches.push(batch),
  );
  const [summary] = summaries;
  if (!summary) throw new Error('There was no summary.');
  return { ...summary, batches };
}

const sorted = ({ batches }: Archived) =>
  batches
    .flatMap(({ table, rows }) => (JSON.parse(rows) as object[]).map((row) => `${table} ${JSON.stringify(row)}`))
    .toSorted();

async function* given(batches: readonly RowBatch[]) {
  yield* batches;
}

/** Documents, vectors, a user with a key, a conversation with an answer as it was written. */
async function fill(driver: SqlDriver): Promise<void> {
  const tenant = await createTestTenant(driver);
  const { documents, embeddings, identities } = createStores(driver);
  await documents.register(tenant, null, [sampleDocument('a', 'a'), sampleDocument('b', 'b')]);
  for (const version of await documents.claim(2, 60))
    await documents.publish([samplePrepared(version, 'One "line".\nAnother, with \\ and \u{1f600}.')]);
  const waiting = await embeddings.unembedded('e1', 100);
  await embeddings.save(
    'e1',
    2,
    waiting.map((passage) => ({ ...passage, vector: Float32Array.of(0.25, -1) })),
  );
  await identities.createKey(tenant, { name: 'k', role: 'admin', scopes: ['read'], grants: [], userId: null });
  await driver.asOperator(async (sql) => {
    await sql.query(
      `insert into conversations (tenant_id, id, owner, title, created_at, updated_at)
       values ($1, 'cnv_1', 'key_1', 'A title', now(), now())`,
      [tenant],
    );
  });
}

describeOnEachDatabase('row archive', (database) => {
  it('knows every table, and puts each after those that its rows belong to', async () => {
    const tables = await database().asOperator((sql) =>
      sql.query<{ name: string }>('select tablename as name from pg_tables where schemaname = current_schema()'),
    );
    expect(tables.map(({ name }) => name).toSorted()).toEqual([...archivedTables, ...leftTables].toSorted());
    const keys = await database().asOperator((sql) =>
      sql.query<{ child: string; parent: string }>(
        `select conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint where contype = 'f'`,
      ),
    );
    const place = new Map<string, number>(archivedTables.map((table, index) => [table, index]));
    for (const { child, parent } of keys)
      if (place.has(child)) expect(place.get(parent), `${child} names ${parent}`).toBeLessThan(place.get(child) ?? 0);
  });

  it('puts all rows into another database, which goes on from there', async () => {
    await database().asOperator((sql) => sql.query('delete from tenants'));
    await fill(database());
    const before = await archive(database());
    expect(before.rows).toBe(before.batches.reduce((total, { count }) => total + count, 0));
    expect(before.objects).toHaveLength(2);
    await using other = { driver: await openTestDatabase(), [Symbol.asyncDispose]: () => other.driver.close() };
    await createRowArchive(other.driver).write(before.migrations, given(before.batches));
    expect(sorted(await archive(other.driver))).toEqual(sorted(before));
    const [tenant] = await other.driver.asOperator((sql) => sql.query<{ id: string }>('select id from tenants'));
    await createStores(other.driver).documents.register(tenant?.id as never, null, [sampleDocument('c', 'c')]);
    const numbers = await other.driver.asOperator((sql) =>
      sql.query<{ number: number }>(
        'select queue_number::int as number from document_versions order by created_at, number',
      ),
    );
    expect(new Set(numbers.map(({ number }) => number)).size).toBe(3);
  });

  it('holds few long rows at a time, and many short ones', async () => {
    await database().asOperator((sql) => sql.query('delete from tenants'));
    const tenant = await createTestTenant(database());
    await database().asOperator(async (sql) => {
      const add = `insert into conversations (tenant_id, id, owner, title, created_at, updated_at)
        select $1, $2 || n, 'key_1', repeat('x', $3), now(), now() from generate_series(1, $4) n`;
      await sql.query(add, [tenant, 'long', 400_000, 30]);
      await sql.query(add, [tenant, 'short', 10, 3_000]);
    });
    const { batches, rows } = await archive(database());
    expect(batches.reduce((total, { count }) => total + count, 0)).toBe(rows);
    const conversations = batches.filter(({ table }) => table === 'conversations');
    expect(Math.max(...conversations.map((batch) => batch.rows.length))).toBeLessThan(5_000_000);
    expect(conversations.length).toBeLessThan(60);
  });

  it('changes nothing where an installation is, where tables differ, or where a row does not fit', async () => {
    await database().asOperator((sql) => sql.query('delete from tenants'));
    await fill(database());
    const { migrations, batches } = await archive(database());
    const target = createRowArchive(database());
    await expect(target.write(migrations, given(batches))).rejects.toMatchObject({ code: 'CONFLICT' });
    await database().asOperator((sql) => sql.query('delete from tenants'));
    await expect(target.requireEmpty([...migrations, '9999-later.sql'])).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'file', received: '9999-later.sql' }],
    });
    const orphans = batches.filter(({ table }) => table !== 'documents');
    await expect(target.write(migrations, given(orphans))).rejects.toThrow();
    const stranger = { table: 'pg_authid', count: 1, rows: '[{}]' };
    await expect(target.write(migrations, given([...batches, stranger]))).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(await database().asOperator((sql) => sql.query('select id from tenants'))).toEqual([]);
    await target.write(migrations, given(batches));
  });
});
