import { expect, it } from 'vitest';
import { newId } from '../../domain/ids.ts';
import { createTransactions } from './transaction.ts';

/** A connection that answers everything with no rows and keeps the first words of what each round trip brought. */
function recordTrips() {
  const trips: string[][] = [];
  const driver = createTransactions(
    (_timeoutSeconds, work) =>
      work({
        async execute(statements) {
          trips.push(statements.map(({ text }) => text.replace(/;.*/s, '')));
          return statements.map(() => ({ fields: [], rows: [] }));
        },
      }),
    { timeoutSeconds: 1, pingHoldSeconds: 1 },
  );
  return { driver, trips };
}

it('takes what is asked for together in one round trip, with the beginning and the end', async () => {
  const { driver, trips } = recordTrips();
  await driver.asTenant(newId('tenant'), async (sql) => {
    await Promise.all([sql.query('one'), sql.query('two')]);
    await sql.query('three');
    await Promise.all([sql.query('four'), sql.queryLast('five')]);
  });
  expect(trips).toEqual([['begin', 'one', 'two'], ['three'], ['four', 'five', 'commit']]);
});

it('takes what is asked for while a round trip is under way in the next one', async () => {
  const { driver, trips } = recordTrips();
  await driver.asOperator(async (sql) => {
    const first = sql.query('one');
    await Promise.resolve();
    await Promise.all([first, sql.query('two'), sql.query('three')]);
  });
  expect(trips).toEqual([['begin', 'one'], ['two', 'three'], ['commit']]);
});

it('costs nothing without a statement', async () => {
  const { driver, trips } = recordTrips();
  expect(await driver.asOperator(async () => 'done')).toBe('done');
  expect(trips).toEqual([]);
});
