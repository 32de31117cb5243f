import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crashSuite } from '../test/crash-suite.ts';

/**
 * `node scripts/crash-suite.ts [KILLS] [SEED]`: kills runs of a suite with two judges at random moments, goes on with them, and checks that no answer, cell or
 * verdict is lost, doubled or paid for twice.
 */
const [kills = '100', seed = '1'] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'footnote-crash-suite-'));
const onKill = (note: string) => console.log(note);
const report = await crashSuite({ folder, kills: Number(kills), killsPerRun: 5, seed: Number(seed), onKill });
await rm(folder, { recursive: true, force: true });
console.log(report);
const { kills: _kills, runs: _runs, ...faults } = report;
process.exitCode = Object.values(faults).every((count) => count === 0) ? 0 : 1;
