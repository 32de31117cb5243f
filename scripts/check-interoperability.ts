import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { Cell } from '../evals/metric.ts';
import { runFiles } from '../evals/summary.ts';
import { localKeyOf, startServer } from '../test/server-process.ts';

/**
 * Runs the tools that docs/guide/interoperability.md names: promptfoo asks a server by the committed configuration, pandas reads a run's cells by
 * the documented lines. Both are installed into a temporary folder, because promptfoo alone takes 285 MB; without a registry or Python they are
 * skipped, loudly.
 */
const root = resolve(import.meta.dirname, '..');
const home = mkdtempSync(join(tmpdir(), 'footnote-interoperability-'));
const promptfooVersion = '0.123.1';
/** What the tools run with; installing them takes this machine's own settings of npm and pip. */
const environment = { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' };
const quiet = ['--no-write', '--no-cache', '--no-progress-bar'];
const offline = {
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  PROMPTFOO_DISABLE_UPDATE: '1',
  PROMPTFOO_DISABLE_REMOTE_GENERATION: '1',
};
let failures = 0;

try {
  await checkPromptfoo();
  await checkPandas();
} finally {
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

interface Ran {
  readonly ok: boolean;
  readonly text: string;
}

async function run(command: string, words: readonly string[], cwd: string, env = process.env): Promise<Ran> {
  const child = spawn(command, words, { cwd, env, timeout: 600_000 });
  let text = '';
  child.stdout.on('data', (part) => (text += part));
  child.stderr.on('data', (part) => (text += part));
  const [code] = await Promise.race([once(child, 'close'), once(child, 'error').then(() => [1])]);
  return { ok: code === 0, text };
}

function report(name: string, ok: boolean, text: string): void {
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}`);
  if (ok) return;
  failures += 1;
  console.log(text);
}

function skip(name: string, why: string, text: string): void {
  console.warn(`SKIPPED ${name}: ${why}`);
  console.warn(text.split('\n').slice(-5).join('\n'));
}

async function checkPromptfoo(): Promise<void> {
  const folder = join(home, 'promptfoo');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const installed = await installPromptfoo(folder);
  if (!installed.ok) return skip('promptfoo', 'it cannot be installed here', installed.text);
  const dataDir = join(home, 'data');
  const server = await startServer({ ...environment, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'error' });
  try {
    const out = join(folder, 'out.json');
    const config = join(root, 'examples/promptfoo/promptfooconfig.yaml');
    const asked = await run(
      process.execPath,
      [join(folder, 'node_modules/promptfoo/dist/src/entrypoint.js'), 'eval', '-c', config, '-o', out, ...quiet],
      folder,
      { ...environment, ...offline, FOOTNOTE_URL: server.url, FOOTNOTE_KEY: await localKeyOf(dataDir) },
    );
    const cases = readFileSync(config, 'utf8').match(/^ {2}- description:/gm)?.length ?? 0;
    const { successes, failures, errors } = asked.ok ? readStatistics(out) : { successes: 0, failures: 0, errors: 0 };
    const isRight = cases > 0 && successes === cases && failures + errors === 0;
    report(`promptfoo ${promptfooVersion} asks Footnote: ${successes} of ${cases} cases pass`, isRight, asked.text);
  } finally {
    await server.end('SIGTERM');
  }
}

/** Its optional dependencies are clients of other providers, more than 1 GB; of them it cannot start without its database. */
async function installPromptfoo(folder: string): Promise<Ran> {
  const install = (name: string) =>
    run(
      'npm',
      ['install', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', name],
      folder,
    );
  const installed = await install(`promptfoo@${promptfooVersion}`);
  if (!installed.ok) return installed;
  const manifest = readFileSync(join(folder, 'node_modules/libsql/package.json'), 'utf8');
  const bindings = z.object({ optionalDependencies: z.record(z.string(), z.string()) }).parse(JSON.parse(manifest));
  const wanted = `@libsql/${process.platform}-${process.arch}`;
  const [name, version] = Object.entries(bindings.optionalDependencies).find(([each]) => each.startsWith(wanted)) ?? [];
  if (!name) return { ok: false, text: `promptfoo has no database for ${wanted}` };
  return await install(`${name}@${version}`);
}

function readStatistics(file: string): { successes: number; failures: number; errors: number } {
  const Statistics = z.object({ successes: z.number(), failures: z.number(), errors: z.number() });
  return z.object({ results: z.object({ stats: Statistics }) }).parse(JSON.parse(readFileSync(file, 'utf8'))).results
    .stats;
}

async function checkPandas(): Promise<void> {
  const made = await run('python3', ['-m', 'venv', join(home, 'venv')], home);
  const python = join(home, 'venv/bin/python3');
  const installed = made.ok ? await run(python, ['-m', 'pip', 'install', '--quiet', 'pandas'], home) : made;
  if (!installed.ok) return skip('pandas', 'it cannot be installed here', installed.text);
  const guide = readFileSync(join(root, 'docs/guide/interoperability.md'), 'utf8');
  const [, lines = ''] = /^```python\n([\s\S]*?)^```/m.exec(guide) ?? [];
  writeCells(join(home, 'run'));
  const { ok, text } = await run(python, ['-c', lines], home, environment);
  const isRight =
    ok && lines.trim().split('\n').length === 2 && /recall@5/.test(text) && /\bone\s+1\.0\s+0\.5\b/.test(text);
  report('pandas reads the cells of a run in the two lines of the guide', isRight, text);
}

/** A run of two cases, one cell of which is an error and has no value. */
function writeCells(folder: string): void {
  mkdirSync(folder);
  const base = { repeat: 0, reason: null, evidence: [], status: 'ok' };
  const cells = [
    { ...base, case: 'one', metric: 'groundedness', value: 1 },
    { ...base, case: 'one', metric: 'recall@5', value: 0.5 },
    { ...base, case: 'two', metric: 'groundedness', status: 'error', value: null, reason: 'MODEL_BAD_RESPONSE' },
    { ...base, case: 'two', metric: 'recall@5', value: 0 },
  ];
  writeFileSync(join(folder, runFiles.cells), cells.map((cell) => `${JSON.stringify(Cell.parse(cell))}\n`).join(''));
}
