import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { percentile } from '../evals/metrics/percentile.ts';
import { createEvalTarget } from '../src/cli/eval-target.ts';
import { loadConfig } from '../src/config.ts';
import { openFootnote } from '../src/main.ts';
import { openPglite } from '../src/store/postgres/pglite-driver.ts';

/**
 * Time of a whole answer that is kept, through the application, stored as any other; and in turn with it the time of a bare
 * `select 1` on another embedded database, which says how busy the machine is. Milliseconds.
 */
const hitCount = 1_000;
const warmUpHits = 50;

const dataDir = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
const footnote = await openFootnote(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'warn' }));
const bare = await openPglite({ folder: join(dataDir, 'bare') });
try {
  const { id: tenant } = await footnote.stores.identities.defaultTenant();
  const target = createEvalTarget(footnote, tenant);
  await target.addPassages(passages(), () => {});
  // Each vector that is saved makes a kept answer stale.
  await target.waitUntilEmbedded(() => {});
  const body = JSON.stringify({ question: 'How long are deleted files kept?' });
  const headers = { authorization: `Bearer ${footnote.localKey}`, 'content-type': 'application/json' };
  const ask = async () => {
    const { app } = footnote.application;
    const response = await app.request('http://localhost/v1/answers', { method: 'POST', headers, body });
    return (await response.json()) as { cached: boolean };
  };
  // An answer that went without a part, as on a busy machine, is not kept.
  while (!(await ask()).cached);
  const hits: number[] = [];
  const roundTrips: number[] = [];
  let processor = 0;
  for (let count = -warmUpHits; count < hitCount; count += 1) {
    const before = process.cpuUsage();
    const started = performance.now();
    const { cached } = await ask();
    const answered = performance.now();
    const { user, system } = process.cpuUsage(before);
    if (!cached) throw new Error('The answer was not kept.');
    await bare.ping();
    if (count < 0) continue;
    processor += user + system;
    hits.push(answered - started);
    roundTrips.push(performance.now() - answered);
  }
  console.log(`kept answers, ${hitCount} in turn with a bare statement, milliseconds`);
  console.log(`  kept answer    ${describe(hits)}`);
  console.log(`  select 1       ${describe(roundTrips)}`);
  console.log(`  processor time of a kept answer, all threads: ${(processor / 1_000 / hitCount).toFixed(2)}`);
} finally {
  await bare.close();
  await footnote.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function* passages() {
  for (const [index, kind] of ['files', 'folders', 'drafts', 'comments', 'invoices', 'keys'].entries())
    yield { id: kind, title: `About ${kind}`, text: `Deleted ${kind} are kept for ${10 + index} days on every plan.` };
}

function describe(values: readonly number[]): string {
  const at = (share: number) => (percentile(values, share) ?? Number.NaN).toFixed(2).padStart(6);
  return `p50 ${at(0.5)}   p99 ${at(0.99)}`;
}
