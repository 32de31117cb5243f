import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendJson, startLoopbackServer } from '../../test/loopback-server.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-interrupt-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function writeSuite(url: string): Promise<string> {
  const cases = ['a', 'b', 'c'].map((id) => JSON.stringify({ id, question: `What is ${id}?`, answers: ['It is so.'] }));
  await writeFile(join(root, 'cases.jsonl'), `${cases.join('\n')}\n`);
  const suite = {
    ...{ name: 'interrupted', target: { kind: 'http', url, answer: 'answer' } },
    ...{ data: { path: 'cases.jsonl' }, metrics: ['exactMatch'], concurrency: 1 },
  };
  await writeFile(join(root, 'suite.yaml'), JSON.stringify(suite));
  return join(root, 'suite.yaml');
}

function startRun(suite: string) {
  const child = spawn(process.execPath, ['bin/footnote.js', 'eval', 'run', suite, '--out', join(root, 'run')], {
    env: { PATH: process.env.PATH, HOME: root, DATA_DIR: root },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // As a shell tells it.
  const exited = new Promise<number | null>((resolve) =>
    child.once('exit', (code, signal) => resolve(signal === 'SIGINT' ? 130 : code)),
  );
  return { child, exited };
}

/** Resolves when the command has said that it was interrupted. */
async function untilSaid({ stderr }: ReturnType<typeof startRun>['child']): Promise<void> {
  let said = '';
  for await (const chunk of stderr) {
    said += chunk;
    if (said.includes('Once more ends at once.')) return;
  }
  expect.fail(`It never said that it was interrupted: ${said}`);
}

it('ends what is being asked at the first interrupt, and says how the run goes on', async () => {
  const asked = Promise.withResolvers<void>();
  const interrupted = Promise.withResolvers<void>();
  await using server = await startLoopbackServer(async (_request, response) => {
    asked.resolve();
    await interrupted.promise;
    sendJson(response, 200, { answer: 'It is so.' });
  });
  const run = startRun(await writeSuite(server.url));
  const printed = text(run.child.stdout);
  await asked.promise;
  run.child.kill('SIGINT');
  await untilSaid(run.child);
  interrupted.resolve();
  expect(await run.exited).toBe(130);
  expect(await printed).toContain(`Go on with it by --resume ${join(root, 'run')}`);
  expect((await readFile(join(root, 'run', 'answers.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(1);
});

it('ends at once at the second interrupt', async () => {
  const asked = Promise.withResolvers<void>();
  await using server = await startLoopbackServer(async () => asked.resolve());
  const run = startRun(await writeSuite(server.url));
  await asked.promise;
  run.child.kill('SIGINT');
  await untilSaid(run.child);
  run.child.kill('SIGINT');
  expect(await run.exited).toBe(130);
  expect(existsSync(join(root, 'run', 'plan.json'))).toBe(true);
  expect(existsSync(join(root, 'run', 'summary.json'))).toBe(false);
});
