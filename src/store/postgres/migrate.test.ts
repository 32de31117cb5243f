import { expect, it } from 'vitest';
import { describeOnEachDatabase } from '../../../test/open-database.ts';
import { migrate, readMigrations } from './migrate.ts';

describeOnEachDatabase('migrate', (database) => {
  const tableExists = async (name: string) =>
    (await database().asOperator((sql) => sql.query('select from pg_class where relname = $1', [name]))).length > 0;

  it('applies nothing twice, even when several start at once', async () => {
    expect(await Promise.all([migrate(database()), migrate(database())])).toEqual([[], []]);
  });

  it('applies what is new, in order', async () => {
    const known = await readMigrations();
    const added = [
      {
        name: '0008-one.sql',
        text: 'create table migrate_one (a text); insert into migrate_one values (1);',
        checksum: '8',
      },
      { name: '0009-two.sql', text: 'alter table migrate_one add b text', checksum: '9' },
    ];
    expect(await migrate(database(), [...known, ...added])).toEqual(['0008-one.sql', '0009-two.sql']);
    expect(await migrate(database(), [...known, ...added])).toEqual([]);
    await database().asOperator((sql) =>
      sql.query("drop table migrate_one; delete from schema_migrations where checksum in ('8', '9')"),
    );
  });

  it('leaves the database as it was when a file fails', async () => {
    const known = await readMigrations();
    const broken = [
      { name: '0008-good.sql', text: 'create table migrate_good (a text)', checksum: '8' },
      { name: '0009-bad.sql', text: 'create table migrate_bad (a nonsense)', checksum: '9' },
    ];
    await expect(migrate(database(), [...known, ...broken])).rejects.toMatchObject({ code: '42704' });
    expect(await tableExists('migrate_good')).toBe(false);
    expect(await migrate(database())).toEqual([]);
  });

  it('refuses a database that is newer than the program, or whose files were changed', async () => {
    const known = await readMigrations();
    await expect(migrate(database(), known.slice(1))).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      detail: expect.stringContaining(known[0]?.name ?? ''),
    });
    const changed = known.map((migration) => ({ ...migration, checksum: 'changed' }));
    await expect(migrate(database(), changed)).rejects.toMatchObject({
      code: 'CONFIGURATION_INVALID',
      detail: expect.stringContaining('is not the one'),
    });
  });
});
