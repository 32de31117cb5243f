import { isUnharmed } from '../test/crash-ingest.ts';
import { crashWorkers } from '../test/crash-workers.ts';

/**
 * `node scripts/crash-workers.ts FOLDER [KILLS] [LONGEST]`, with DATABASE_URL an empty database: kills a server and two workers at random moments,
 * at most LONGEST milliseconds apart, while they take the folder in, then checks that nothing is lost, doubled, half visible or suspected.
 */
const [folder, kills = '100', longest = '3000'] = process.argv.slice(2);
const databaseUrl = process.env.DATABASE_URL;
if (!folder || !databaseUrl) throw new Error('Name the folder to ingest, and set DATABASE_URL to an empty database.');
const report = await crashWorkers({
  ...{ databaseUrl, folder, kills: Number(kills), longestMilliseconds: Number(longest) },
  onKill: (note) => console.log(note),
});
console.log(report);
process.exitCode = isUnharmed(report) ? 0 : 1;
