import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

/** Runs the benchmarks that are named, all without a name: `npm run bench -- search`. */
const benchmarks: Readonly<Record<string, readonly string[]>> = {
  search: ['--expose-gc', 'bench-search.ts'],
  answer: ['bench-answer.ts'],
  kept: ['bench-kept.ts'],
  quotes: ['bench-quotes.ts'],
  streams: ['bench-streams.ts'],
  ingest: ['bench-ingest.ts'],
  crawl: ['bench-crawl.ts'],
  qdrant: ['bench-qdrant.ts'],
  engine: ['--expose-gc', 'bench-engine.ts'],
  metrics: ['bench-metrics.ts'],
};

const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in benchmarks));
if (unknown !== undefined) {
  console.error(`There is no benchmark ${unknown}. Known: ${Object.keys(benchmarks).join(', ')}.`);
  process.exit(2);
}
for (const name of named.length > 0 ? named : Object.keys(benchmarks)) {
  console.log(`== ${name}`);
  const options = [...(benchmarks[name] ?? [])];
  const script = resolve(import.meta.dirname, options.pop() ?? '');
  const { status } = spawnSync(process.execPath, [...options, script], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
