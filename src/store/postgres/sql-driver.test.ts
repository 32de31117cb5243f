import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { AppError } from '../../domain/errors.ts';
import { newId, type TenantId } from '../../domain/ids.ts';
import type { SqlValue } from '../sql.ts';
import { bytesColumn, integerColumn, textColumn } from './columns.ts';

describeOnEachDatabase('sql driver', (database) => {
  async function roundTrip(type: string, value: SqlValue): Promise<unknown> {
    const rows = await database().asOperator((sql) =>
      sql.query<{ value: unknown }>(`select $1::${type} as value`, [value]),
    );
    return rows[0]?.value;
  }

  it('gives every type the same form', async () => {
    const moment = new Date('2026-02-03T04:05:06.789Z');
    expect(await roundTrip('bigint', 9_007_199_254_740_991)).toBe(9_007_199_254_740_991);
    expect(await roundTrip('integer', -7)).toBe(-7);
    expect(await roundTrip('double precision', 0.1)).toBe(0.1);
    expect(await roundTrip('boolean', true)).toBe(true);
    expect(await roundTrip('boolean', false)).toBe(false);
    expect(await roundTrip('timestamptz', moment)).toBe(moment.toISOString());
    expect(await roundTrip('jsonb', { a: [1, null, 'x'], at: moment })).toEqual({
      a: [1, null, 'x'],
      at: moment.toISOString(),
    });
    expect(await roundTrip('text', null)).toBeNull();
    expect(await roundTrip('text[]', [])).toEqual([]);
    expect(await roundTrip('integer[]', [1, 2])).toBe('{1,2}');
    const [sum] = await database().asOperator((sql) =>
      sql.query('select count(*) as count, sum(n) as sum from generate_series(1::bigint, 4) as n'),
    );
    expect(sum).toEqual({ count: 4, sum: 10 });
  });

  it('keeps any bytes, text, list and object, and replaces what Postgres cannot hold', async () => {
    const storable = (text: string) => text.toWellFormed().replaceAll('\0', '\uFFFD');
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.array(text, { maxLength: 4 }),
        fc.uint8Array({ maxLength: 30 }),
        async (one, many, bytes) => {
          const [row] = await database().asOperator((sql) =>
            sql.query<{ one: string; many: string[]; bytes: Uint8Array; list: Uint8Array; json: unknown }>(
              'select $1::text as one, $2::text[] as many, $3::bytea as bytes, ($4::bytea[])[1] as list, $5::jsonb as json',
              [one, many, bytes, [bytes], { [`k${one}`]: many }],
            ),
          );
          expect(row?.one).toBe(storable(one));
          expect(row?.many).toEqual(many.map(storable));
          expect(row?.bytes).toEqual(bytes);
          expect(row?.list).toEqual(bytes);
          expect(row?.json).toEqual({ [`k${storable(one)}`]: many.map(storable) });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes columns in binary for what they are', async () => {
    const storable = (text: string) => text.toWellFormed().replaceAll('\0', '\uFFFD');
    const row = fc.record({
      text: fc.option(fc.string({ unit: 'binary', maxLength: 20 })),
      number: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      bytes: fc.option(fc.uint8Array({ maxLength: 30 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 5 }), async (rows) => {
        const found = await database().asOperator((sql) =>
          sql.query(
            `select text, number, bytes from unnest($1::text[], $2::integer[], $3::bytea[])
             with ordinality as x(text, number, bytes, place) order by place`,
            [
              textColumn(rows.map(({ text }) => text)),
              integerColumn(rows.map(({ number }) => number)),
              bytesColumn(rows.map(({ bytes }) => bytes)),
            ],
          ),
        );
        expect(found).toEqual(
          rows.map(({ text, ...rest }) => ({ ...rest, text: text === null ? null : storable(text) })),
        );
      }),
      { numRuns: 40 },
    );
    expect(() => integerColumn([2 ** 31])).toThrow(RangeError);
  });

  it('rolls back when the work throws', async () => {
    const tenant = await createTestTenant(database());
    const failing = database().asTenant(tenant, async (sql) => {
      await sql.query('update tenants set generation = 5');
      throw new AppError('CONFLICT', 'stop');
    });
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await generationOf(tenant)).toBe(0);
  });

  it('does not report success when the work swallowed an error of the database', async () => {
    const tenant = await createTestTenant(database());
    const swallowing = database().asTenant(tenant, async (sql) => {
      await sql.query('update tenants set generation = 5');
      await sql.query('select 1 / 0').catch(() => {});
    });
    await expect(swallowing).rejects.toMatchObject({ code: '22012' });
    expect(await generationOf(tenant)).toBe(0);
  });

  it('stays usable after a failed statement', async () => {
    const tenant = await createTestTenant(database());
    await expect(database().queryAsTenant(tenant, 'select * from missing where a = $1', ['x'])).rejects.toMatchObject({
      code: '42P01',
    });
    expect(await database().queryAsTenant(tenant, 'select $1::text as a', ['x'])).toEqual([{ a: 'x' }]);
  });

  it('commits with the last statement, and takes none after it', async () => {
    const tenant = await createTestTenant(database());
    const rows = await database().asTenant(tenant, async (sql) => {
      await sql.query('update tenants set generation = 4');
      return await sql.queryLast<{ generation: number }>(
        'update tenants set generation = generation + 1 returning generation',
      );
    });
    expect(rows).toEqual([{ generation: 5 }]);
    const late = database().asTenant(tenant, async (sql) => {
      await sql.queryLast('update tenants set generation = 6');
      await sql.query('update tenants set generation = 7');
    });
    await expect(late).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await generationOf(tenant)).toBe(6);
  });

  it('rolls back when the last statement fails, swallowed or not', async () => {
    const tenant = await createTestTenant(database());
    const failing = (swallow: boolean) =>
      database().asTenant(tenant, async (sql) => {
        await sql.query('update tenants set generation = 5');
        const last = sql.queryLast('select 1 / 0');
        await (swallow ? last.catch(() => {}) : last);
      });
    for (const swallow of [true, false]) await expect(failing(swallow)).rejects.toMatchObject({ code: '22012' });
    expect(await generationOf(tenant)).toBe(0);
  });

  it('runs statements that are asked for together in their order, each seeing those before', async () => {
    const tenant = await createTestTenant(database());
    const raise = 'update tenants set generation = generation + 1 returning generation';
    const generations = await database().asTenant(tenant, async (sql) => {
      const first = await Promise.all([sql.query(raise), sql.query(raise)]);
      return [...first, ...(await Promise.all([sql.query(raise), sql.queryLast(raise)]))];
    });
    expect(generations).toEqual([1, 2, 3, 4].map((generation) => [{ generation }]));
    expect(await generationOf(tenant)).toBe(4);
  });

  it('rolls back all of what was asked for together when one fails', async () => {
    const tenant = await createTestTenant(database());
    const raise = 'update tenants set generation = generation + 1';
    const failing = database().asTenant(tenant, (sql) =>
      Promise.all([sql.query(raise), sql.query('select 1 / 0'), sql.query(raise), sql.queryLast(raise)]),
    );
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await generationOf(tenant)).toBe(0);
  });

  it('leaves nothing of a statement that was under way when the work threw', async () => {
    const tenant = await createTestTenant(database());
    const failing = database().asTenant(tenant, async (sql) => {
      const underWay = [1, 2, 3].map(() => sql.query('update tenants set generation = generation + 1'));
      await underWay[0];
      void sql.query('update tenants set generation = generation + 1').catch(() => {});
      throw new AppError('CONFLICT', 'stop');
    });
    await expect(failing).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await generationOf(tenant)).toBe(0);
  });

  it('refuses a statement beside the last one', async () => {
    const tenant = await createTestTenant(database());
    const late = database().asTenant(tenant, (sql) =>
      Promise.all([sql.queryLast('update tenants set generation = 6'), sql.query('update tenants set generation = 7')]),
    );
    await expect(late).rejects.toMatchObject({ code: 'INTERNAL' });
    expect([0, 6]).toContain(await generationOf(tenant));
  });

  it('refuses a statement after the end of its transaction', async () => {
    const leaked = await database().asOperator(async (sql) => sql);
    await expect(leaked.query('select 1')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('refuses a tenant that is not an identifier', async () => {
    const forged = "x'; reset role; --" as TenantId;
    await expect(database().queryAsTenant(forged, 'select 1')).rejects.toMatchObject({ code: 'INTERNAL' });
    await expect(database().asTenant(forged, (sql) => sql.query('select 1'))).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it('leaves neither role nor tenant behind', async () => {
    const tenant = newId('tenant');
    const identity = "select current_user as role, current_setting('app.tenant_id', true) as tenant";
    expect(await database().queryAsTenant(tenant, identity)).toEqual([{ role: 'footnote_tenant', tenant }]);
    const [after] = await database().asOperator((sql) => sql.query<{ role: string; tenant: string | null }>(identity));
    expect(after?.role).not.toBe('footnote_tenant');
    expect(after?.tenant || null).toBeNull();
  });

  it('keeps concurrent transactions apart', async () => {
    const tenants = await Promise.all(Array.from({ length: 12 }, () => createTestTenant(database())));
    await Promise.all(
      tenants.flatMap((tenant) =>
        [1, 2, 3].map(() =>
          database().asTenant(tenant, async (sql) => {
            const [row] = await sql.query<{ generation: number }>('select generation from tenants for update');
            await sql.query('update tenants set generation = $1', [(row?.generation ?? 0) + 1]);
          }),
        ),
      ),
    );
    expect(await Promise.all(tenants.map(generationOf))).toEqual(tenants.map(() => 3));
  });

  it('ends a statement that takes too long and goes on', async () => {
    const endless = database().asOperator((sql) => sql.query('select count(*) from generate_series(1, 1e11::bigint)'), {
      timeoutSeconds: 0.3,
    });
    await expect(endless).rejects.toMatchObject({
      code: expect.stringMatching(/DEADLINE_EXCEEDED|DATABASE_UNAVAILABLE/),
    });
  });

  async function generationOf(tenant: TenantId): Promise<number | undefined> {
    const [row] = await database().queryAsTenant<{ generation: number }>(tenant, 'select generation from tenants');
    return row?.generation;
  }
});
