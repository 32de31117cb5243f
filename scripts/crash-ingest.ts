import { crashIngest, isUnharmed } from '../test/crash-ingest.ts';

/** `node scripts/crash-ingest.ts FOLDER [KILLS]`: kills an ingest at random moments, then checks that nothing is lost, doubled, half visible or suspected. */
const [folder, kills = '20'] = process.argv.slice(2);
if (!folder) throw new Error('Name the folder to ingest.');
const report = await crashIngest({
  folder,
  kills: Number(kills),
  longestMilliseconds: 8_000,
  onKill: (note) => console.log(note),
});
console.log(report);
process.exitCode = isUnharmed(report) ? 0 : 1;
