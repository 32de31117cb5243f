import { expect, it } from 'vitest';
import { crashWorkers } from './crash-workers.ts';
import { createServerDatabase } from './open-database.ts';

const serverUrl = process.env.TEST_DATABASE_URL;
if (!serverUrl) console.warn('workers: NOT RUN. Set TEST_DATABASE_URL=postgres://… to include them.');

it.skipIf(!serverUrl)(
  'a server and two workers lose, double and halve nothing when they are killed',
  async () => {
    const database = await createServerDatabase(serverUrl ?? '');
    try {
      const report = await crashWorkers({
        ...{ databaseUrl: database.url, folder: 'datasets/handbook/documents', kills: 6, longestMilliseconds: 2_500 },
      });
      expect(report).toMatchObject({ lost: 0, doubled: 0, halfVisible: 0 });
      expect(report.files).toBeGreaterThan(30);
    } finally {
      await database.drop();
    }
  },
  240_000,
);
