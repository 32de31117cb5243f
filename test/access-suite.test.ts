import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EvalCase } from '../evals/case.ts';
import { runSuiteProcess } from './run-suite-process.ts';

const invariant = 'forbiddenSources == 0';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-access-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('the access suite passes its gates: nobody gets what another tenant or another group may read', async () => {
  const { code, summary, progress } = await runSuiteProcess('access', { data: folder, out: join(folder, 'run') });
  expect(code, progress).toBe(0);
  expect(summary).toMatchObject({ state: 'complete', cases: 40, errors: 0 });
  expect(summary.metrics.find(({ metric }) => metric === 'forbiddenSources')).toMatchObject({ value: 0, ok: 40 });
  expect(summary.gates.find(({ gate }) => gate === invariant)).toMatchObject({ kind: 'invariant', passed: true });
}, 300_000);

it('finds what is forbidden once the same askers have the rights', async () => {
  await mkdir(join(folder, 'data'));
  await copyFile('datasets/access/corpus.jsonl', join(folder, 'data', 'corpus.jsonl'));
  const cases = (await readFile('datasets/access/cases.jsonl', 'utf8')).trim().split('\n');
  const groups = ['finance', 'people', 'board', 'procurement', 'security', 'legal'];
  const trusted = cases
    .map((line) => EvalCase.parse(JSON.parse(line)))
    .map(({ id, tenant, tags, ...one }) =>
      tags.includes('control') ? { ...one, id, tags, tenant: tenant ? undefined : 'harbour' } : { ...one, id, groups },
    );
  await writeFile(join(folder, 'data', 'cases.jsonl'), trusted.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const suite = join(folder, 'suite.yaml');
  await writeFile(
    suite,
    `name: open
target: { kind: in-process, models: built-in }
data: { path: data }
metrics: [forbiddenSources]
gates: ["${invariant}"]
`,
  );
  const { code, summary } = await runSuiteProcess(suite, { data: folder, out: join(folder, 'run') });
  expect(code).toBe(4);
  const [gate] = summary.gates;
  const broken = new Set(gate?.cases);
  expect(trusted.filter(({ id }) => !broken.has(id)).map(({ id }) => id)).toEqual([]);
}, 300_000);
