import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Runs the shipped suites, or those that are named, and compares each with its committed baseline: `npm run eval -- smoke`. */
const root = join(import.meta.dirname, '..');
const shipped = globSync('evals/suites/*.yaml', { cwd: root })
  .map((file) => basename(file, '.yaml'))
  .sort();
const named = process.argv.slice(2);
const unknown = named.find((name) => !shipped.includes(name));
if (unknown !== undefined) {
  console.error(`There is no suite ${unknown}. Known: ${shipped.join(', ')}.`);
  process.exit(2);
}
const results = (named.length > 0 ? named : shipped).map((name) => {
  console.log(`== ${name}`);
  const words = [join(root, 'bin/footnote.js'), 'eval', 'run', name];
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit' });
  return { name, status: status ?? 130 };
});
const meanings: Readonly<Record<number, string>> = {
  0: 'passed',
  2: 'invalid',
  3: 'stopped',
  4: 'a gate failed',
  130: 'interrupted',
};
console.log('');
for (const { name, status } of results) console.log(`${name.padEnd(14)} ${meanings[status] ?? 'failed'}`);
process.exitCode = Math.max(...results.map(({ status }) => status));
