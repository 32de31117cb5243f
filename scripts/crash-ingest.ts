import { crashIngest } from '../test/crash-ingest.ts';

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
process.exitCode = report.lost + report.doubled + report.halfVisible + report.suspected === 0 ? 0 : 1;
