import { expect, it } from 'vitest';
import { fakePort } from '../../../../test/fake-port.ts';
import { AppError } from '../../../domain/errors.ts';
import type { Sql, SqlDriver } from '../../sql.ts';
import { createPlannerStatistics } from './planner-statistics.ts';

/** Notes which tables are looked at; each time fails that `fails` says so. */
function openStatistics(fails: () => boolean) {
  const analysed: string[] = [];
  const sql = fakePort<Sql>('sql', {
    query: async <T>(text: string) => {
      if (!text.startsWith('analyze')) return [] as T[];
      if (fails()) throw new AppError('STORAGE_FULL', 'There is no room left on the disk of the database.');
      analysed.push(text.replace('analyze ', ''));
      return [] as T[];
    },
  });
  const driver = fakePort<SqlDriver>('driver', { asOperator: async (work) => await work(sql) });
  return { analysed, statistics: createPlannerStatistics(driver, ['passages', 'documents']) };
}

it('looks at the tables after 256 rows, then each time that they have doubled', async () => {
  const { analysed, statistics } = openStatistics(() => false);
  await statistics.added(255);
  expect(analysed).toEqual([]);
  await statistics.added(1);
  expect(analysed).toEqual(['passages', 'documents']);
  await statistics.added(255);
  expect(analysed).toHaveLength(2);
  await statistics.added(1);
  expect(analysed).toHaveLength(4);
});

it('is no fault of the rows that were written, and tries again', async () => {
  let isFull = true;
  const { analysed, statistics } = openStatistics(() => isFull);
  await statistics.added(1_000);
  expect(analysed).toEqual([]);
  isFull = false;
  await statistics.added(256);
  expect(analysed).toEqual(['passages', 'documents']);
});
