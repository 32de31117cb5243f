import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { sendJson, startLoopbackServer } from '../../test/loopback-server.ts';
import { writeRunFolder } from '../../test/run-folder.ts';
import { runCommandLine } from '../cli.ts';

let root: string;
const place = (name: string) => join(root, name);
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-reports-'));
  const failed = { kind: 'case' as const, passed: false, invalid: false, detail: 'One.', cases: ['case-00001'] };
  await writeRunFolder(place('before'), { cases: 30 });
  await writeRunFolder(place('after'), {
    cases: 30,
    seed: 2,
    drop: 0.4,
    gates: [{ gate: 'min(citationF1) >= 1', ...failed }],
  });
  await writeRunFolder(place('invalid'), { cases: 3, gates: [{ gate: 'none >= 1', ...failed, invalid: true }] });
  await writeRunFolder(place('other'), { cases: 30, dataset: 2 });
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(root, { recursive: true }));

async function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    });
  return { code: await runCommandLine(words), ...texts };
}

it('compares two runs for people and for machines', async () => {
  const text = await run('eval', 'compare', place('before'), place('after'), '--limit', '1');
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/ndcg@10 .*WORSE/);
  expect(text.stdout).toMatch(/cases are worse:\n {2}case-\d+ {2}.*\n.*\n {4}before: .*\n {4}after:/);
  const json = await run('--json', 'eval', 'compare', place('before'), place('after'));
  expect(JSON.parse(json.stdout)).toMatchObject({ pairs: 30, onlyBefore: [], regressions: expect.any(Array) });
});

it('refuses to compare runs of other cases unless it is forced to', async () => {
  const refused = await run('eval', 'compare', place('before'), place('other'));
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--force')]);
  expect((await run('eval', 'compare', place('before'), place('other'), '--force')).code).toBe(0);
});

it.each(['table', 'html', 'junit', 'markdown', 'sarif', 'jsonl', 'github'])(
  'reports a run as %s, and ends as the run did',
  async (format) => {
    const file = place(`report.${format}`);
    const written = await run(
      'eval',
      'report',
      place('after'),
      '--format',
      format,
      '--out',
      file,
      '--baseline',
      place('before'),
    );
    expect(written.code).toBe(4);
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(50);
  },
);

it('ends with 2 for what is no run, for an invalid one, and where the report cannot be written', async () => {
  expect((await run('eval', 'report', place('nowhere'))).code).toBe(2);
  expect((await run('eval', 'report', place('invalid'))).code).toBe(2);
  expect((await run('eval', 'report', place('before'))).code).toBe(0);
  expect((await run('eval', 'report', place('before'), '--out', place('none/report'))).code).toBe(2);
});

it('runs a suite into several reports at once, which point to the lines of its data', async () => {
  await using server = await startLoopbackServer(async (_request, response) =>
    sendJson(response, 200, { answer: 'It is 2.' }),
  );
  const cases = [1, 2, 3].map((count) => JSON.stringify({ id: `c${count}`, question: '?', answers: [`${count}`] }));
  await writeFile(place('cases.jsonl'), `\n${cases.join('\n')}\n`);
  await writeFile(
    place('suite.yaml'),
    `name: several\ntarget: { kind: http, url: ${server.url}, answer: answer }\ndata: { path: cases.jsonl }\nmetrics: [answerInText]\ngates: ["min(answerInText) >= 1"]\n`,
  );
  const files = ['a.html', 'a.xml', 'a.md', 'a.sarif', 'a.jsonl', 'a.txt'].map(place);
  const words = ['eval', 'run', place('suite.yaml'), '--cache', 'off', '--out', place('several')];
  const { code } = await run(...words, ...files.flatMap((file) => ['--report', file]));
  expect(code).toBe(4);
  const [html, xml, markdown, sarif, lines, table] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  expect(html).toMatch(/^<!doctype html>/);
  expect(xml).toMatch(/^<\?xml/);
  expect(markdown).toContain('## Evaluation');
  expect(lines?.trimEnd().split('\n')).toHaveLength(3);
  expect(table).toContain('answerInText');
  expect(sarif).toMatch(/cases\.jsonl.*"startLine": ?2.*"startLine": ?4/s);
  const refused = await run(...words, '--report', place('a.pdf'));
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('.html, .xml')]);
});
