import type { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RunSummary } from '../evals/summary.ts';
import { runCommandLine } from '../src/cli.ts';
import { type Fault, faults, plant, targets } from './eval-faults.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';
import { type StubModelServer, startStubModelServer } from './stub-model-server.ts';

let root: string;
let server: LoopbackServer;
let judge: StubModelServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-faults-'));
  server = await startLoopbackServer(async ({ url = '' }, response) => {
    targets[url.slice(1) as keyof typeof targets](response);
  });
  judge = await startStubModelServer({ otherwise: { kind: 'text', text: 'I think that this is quite right.' } });
});
afterAll(async () => {
  await Promise.all([server.close(), judge[Symbol.asyncDispose]()]);
  await rm(root, { recursive: true, force: true });
});

const heard: readonly (readonly [EventEmitter, string])[] = [
  [process, 'SIGINT'],
  [process, 'SIGTERM'],
  [process.stdout, 'error'],
  [process.stderr, 'error'],
];
const before = heard.map(([emitter, event]) => emitter.listeners(event));
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  // The command listens for as long as its process lives; this one lives on.
  for (const [index, [emitter, event]] of heard.entries())
    for (const listener of emitter.listeners(event))
      if (!before[index]?.includes(listener)) emitter.off(event, listener as () => void);
});

/** Runs the command as its file does, in this process: its exit code, and all that it prints. */
async function footnote(words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  const take = (part: unknown) => {
    output += String(part);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  const code = await runCommandLine(words);
  vi.restoreAllMocks();
  return { code, output };
}

async function runPlanted(fault: Fault) {
  const folder = join(root, `${faults.indexOf(fault)}`);
  const run = join(folder, 'run');
  await mkdir(folder);
  await plant(folder, server.url, fault);
  const environment = { DATA_DIR: join(folder, 'data'), EVAL_JUDGE_URL: judge.url, EVAL_JUDGE_API_KEY: 'k' };
  for (const [name, value] of Object.entries({ ...environment, ...fault.environment })) vi.stubEnv(name, value);
  const words = ['eval', 'run', fault.named ?? join(folder, 'suite.yaml')];
  if (fault.damage) {
    expect(await footnote([...words, '--out', run])).toMatchObject({ code: 0 });
    await fault.damage(run);
  }
  const into = fault.resumes ? '--resume' : '--out';
  return { run, ...(await footnote([...words, into, run, ...(fault.words ?? [])])) };
}

describe('a planted fault', () => {
  it.each(faults)('is named and never green: $name', async (fault) => {
    const { run, code, output } = await runPlanted(fault);
    expect(output).toMatch(fault.says);
    expect(output).not.toContain('INTERNAL');
    expect(code).toBe(fault.code ?? 2);
    const written = await readFile(join(run, 'summary.json'), 'utf8').catch(() => null);
    if (written === null || fault.damage) return;
    // An error is no value, and no gate passes over errors.
    const { gates, metrics, state } = RunSummary.parse(JSON.parse(written));
    if (state === 'invalid') expect(gates.filter(({ passed, kind }) => passed && kind !== 'errors')).toEqual([]);
    for (const { value, ok } of metrics) expect(ok > 0 || value === null).toBe(true);
  });
});
