import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startLoopbackServer } from './loopback-server.ts';

const root = resolve(import.meta.dirname, '..');
const read = async (path: string) => parse(await readFile(join(root, path), 'utf8'));

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
}

/** What a command below `eval` says of its options. */
async function help(command: string): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'bin/footnote.js'), 'eval', command, '--help']);
  return Buffer.concat(await Array.fromAsync(child.stdout)).toString();
}

describe('the action that evaluates a change', () => {
  it('is used by the workflow, and both name actions by their major version', async () => {
    const workflow = await read('.github/workflows/eval.yml');
    const action = await read('.github/actions/eval/action.yml');
    const steps: Step[] = [...workflow.jobs.suite.steps, ...action.runs.steps];
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used).toContain('./.github/actions/eval');
    for (const name of used) expect(name).toMatch(/^(\.\/.+|[\w-]+\/[\w-]+@v\d+)$/);
    for (const name of Object.keys(workflow.jobs.suite.steps[1].with)) expect(action.inputs).toHaveProperty(name);
    for (const { suite, dataset } of workflow.jobs.suite.strategy.matrix.include) {
      expect(existsSync(join(root, `evals/suites/${suite}.yaml`))).toBe(true);
      expect(existsSync(join(root, `evals/baselines/${suite}/summary.json`))).toBe(true);
      expect(existsSync(join(root, dataset))).toBe(true);
    }
  });

  it('runs commands that exist, with their options', async () => {
    const { runs } = await read('.github/actions/eval/action.yml');
    const lines = (runs.steps as Step[]).flatMap(({ run }) => run?.split('\n') ?? []);
    const commands = lines.flatMap((line) => {
      const [, name = '', options = ''] = /npx footnote eval (\w+) (.*)$/.exec(line) ?? [];
      return name === '' ? [] : [{ name, options }];
    });
    expect(new Set(commands.map(({ name }) => name))).toEqual(new Set(['run', 'report']));
    const helps = new Map([
      ['run', await help('run')],
      ['report', await help('report')],
    ]);
    for (const { name, options } of commands)
      for (const [, option = '', value = ''] of options.matchAll(/(--\w+) ?(\w*)/g)) {
        expect(helps.get(name)).toContain(option);
        if (option === '--format') expect(helps.get(name)).toContain(`"${value}"`);
      }
    for (const [, path = ''] of lines.join('\n').matchAll(/node (\S+\.ts)/g))
      expect(existsSync(join(root, path))).toBe(true);
  });
});

describe('the scripts of the action', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-action-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** As a runner does: bash that ends at the first failure, in a folder with an `npx` that notes its words and writes what it is told to. */
  async function step(id: string, environment: NodeJS.ProcessEnv) {
    const npx = `#!/bin/bash\necho "$*" >> npx.log\nwhile [ $# -gt 0 ]; do if [ "$1" = --out ]; then echo text > "$2"; fi; shift; done\nexit 4\n`;
    await writeFile(join(folder, 'npx'), npx, { mode: 0o755 });
    const { runs } = await read('.github/actions/eval/action.yml');
    const { run = '' } = (runs.steps as Step[]).find((each) => each.id === id) ?? {};
    const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run], {
      cwd: folder,
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        GITHUB_OUTPUT: 'output',
        GITHUB_STEP_SUMMARY: 'summary',
        ...environment,
      },
    });
    const code = await new Promise((done) => child.on('close', done));
    const text = async (name: string) => await readFile(join(folder, name), 'utf8').catch(() => '');
    return { code, output: await text('output'), log: await text('npx.log'), summary: await text('summary') };
  }

  it('keep the exit code of a run, and name its folder by the suite', async () => {
    expect(await step('run', { SUITE: 'evals/suites/my suite.v2.yaml' })).toMatchObject({
      code: 0,
      output: 'name=my-suite-v2\ncode=4\n',
      log: 'footnote eval run evals/suites/my suite.v2.yaml --out eval-my-suite-v2\n',
    });
  });

  it('write each report although the run failed, with a baseline and a dataset only where they are given', async () => {
    const bare = await step('report', { NAME: 'smoke', BASELINE: '', DATASET: '' });
    expect(bare).toMatchObject({ code: 0, summary: 'text\n' });
    expect(bare.log.trimEnd().split('\n')).toEqual([
      'footnote eval report eval-smoke --format markdown --out eval-smoke.md',
      'footnote eval report eval-smoke --format html --out eval-smoke.html',
      'footnote eval report eval-smoke --format junit --out eval-smoke.xml',
      'footnote eval report eval-smoke --format github',
    ]);
    const { log } = await step('report', { NAME: 'smoke', BASELINE: 'base', DATASET: 'my cases.jsonl' });
    expect(log).toContain('--format html --out eval-smoke.html --baseline base\n');
    expect(log).toContain('--format github --dataset my cases.jsonl\n');
  });
});

describe('the comment on a pull request', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'footnote-comment-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs the script against a stub of GitHub; resolves to what it was sent. */
  async function comment(text: string, existing: readonly object[], status = 200) {
    const requests: { method: string; url: string; token: string | undefined; body: { body: string } | null }[] = [];
    await using server = await startLoopbackServer(async (request, response) => {
      const body = Buffer.concat(await Array.fromAsync(request)).toString();
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, token: headers.authorization, body: body === '' ? null : JSON.parse(body) });
      const page = Number(new URL(url, 'http://x').searchParams.get('page') ?? 1);
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(method === 'GET' ? existing.slice((page - 1) * 100, page * 100) : {}));
    });
    const file = join(folder, 'report.md');
    await writeFile(file, text);
    const child = spawn(process.execPath, [join(root, 'scripts/comment-report.ts'), file], {
      env: {
        PATH: process.env.PATH,
        GITHUB_API_URL: server.url,
        GITHUB_REPOSITORY: 'owner/name',
        GITHUB_TOKEN: 'token',
        PULL_REQUEST: '12',
        SUITE: 'smoke',
      },
    });
    const code = await new Promise((done) => child.on('close', done));
    return { code, requests };
  }

  const marked = (id: number, suite: string, type = 'Bot') => ({
    id,
    body: `<!-- footnote-evaluation ${suite} -->\nold`,
    user: { type },
  });
  const others = Array.from({ length: 100 }, (_, id) => ({ id, body: 'A remark.', user: { type: 'User' } }));

  it('is added where there is none of this suite', async () => {
    const { code, requests } = await comment('## Evaluation', [marked(1, 'other'), marked(2, 'smoke', 'User')]);
    expect(code).toBe(0);
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /repos/owner/name/issues/12/comments?per_page=100&page=1',
      'POST /repos/owner/name/issues/12/comments',
    ]);
    expect(requests[1]).toMatchObject({
      token: 'Bearer token',
      body: { body: '<!-- footnote-evaluation smoke -->\n## Evaluation' },
    });
  });

  it('is written over the earlier one, on whichever page that is, and cut to what is taken', async () => {
    const { code, requests } = await comment('x'.repeat(70_000), [...others, marked(777, 'smoke')]);
    expect(code).toBe(0);
    expect(requests.at(-1)).toMatchObject({ method: 'PATCH', url: '/repos/owner/name/issues/comments/777' });
    expect(requests.at(-1)?.body?.body.length).toBe(65_536);
  });

  it('fails where it is not allowed', async () => {
    expect((await comment('text', [], 403)).code).toBe(1);
  });
});
