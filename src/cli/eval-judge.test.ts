import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cell } from '../../evals/metric.ts';
import { RunPlan, RunSummary, runFiles } from '../../evals/summary.ts';
import { startStubModelServer } from '../../test/stub-model-server.ts';

/** Markdown alone, which is read quickly. */
const documents = 'datasets/handbook/documents/troubleshooting';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'footnote-judge-'));
});
afterAll(async () => await rm(home, { recursive: true }));

async function judge(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, ['bin/footnote.js', '--json', 'eval', 'judge', ...words], {
    env: { PATH: process.env.PATH, DATA_DIR: join(home, 'data'), ...environment },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part) => (stdout += part));
  child.stderr.on('data', (part) => (stderr += part));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr, report: stdout === '' ? null : JSON.parse(stdout) };
}

/** A run of 200 answers, of which the judge calls 40 unsupported, and one without a verdict. */
async function writeRun(folder: string, fingerprint: string): Promise<void> {
  await mkdir(folder);
  const name = 'judgeGroundedness';
  const plan = RunPlan.parse({
    format: 1,
    id: 'run',
    suite: 'judged',
    suiteHash: 'hash',
    dataset: { hash: 'hash', cases: 201 },
    target: { kind: 'stub', identity: 'stub' },
    metrics: [
      { name, version: 1, fingerprint },
      { name: 'recall@5', version: 1 },
    ],
    repeats: 1,
    seed: 1,
    startedAt: '2026-01-01T00:00:00Z',
  });
  const summary = RunSummary.parse({
    suite: 'judged',
    cases: 201,
    repeats: 1,
    errors: 0,
    state: 'complete',
    metrics: [],
    tags: {},
    gates: [],
    usage: { inputTokens: 0, outputTokens: 0, calls: 0, cost: null },
  });
  const cell = { repeat: 0, metric: name, status: 'ok', reason: null, evidence: [] };
  const cells = Array.from({ length: 200 }, (_, index) => ({ ...cell, case: `${index}`, value: index < 40 ? 0 : 1 }));
  const failed = { ...cell, case: 'x', status: 'error', value: null, reason: 'prose' };
  const lines = [...cells, failed].map((each) => `${JSON.stringify(Cell.parse(each))}\n`).join('');
  const files = { plan: JSON.stringify(plan), summary: JSON.stringify(summary), cells: lines, cases: '', answers: '' };
  for (const [file, text] of Object.entries(files))
    await writeFile(join(folder, runFiles[file as keyof typeof runFiles]), text);
}

describe('footnote eval judge', () => {
  const at = (name: string) => join(home, name);

  test('tries, calibrates and compares the built-in scorer and a model', async () => {
    expect(await judge(['perturb', documents, '--count', '40', '--labels', at('labels.jsonl')])).toMatchObject({
      code: 0,
      report: { answers: expect.any(Number) },
    });
    const lexical = await judge(['calibrate', at('labels.jsonl'), '--judge', 'lexical', '--out', at('lexical.json')]);
    expect(lexical).toMatchObject({
      code: 0,
      report: { judge: 'lexical-v2', heldOut: { answers: expect.any(Number) } },
    });

    // A judge that knows the labels, and writes prose for every answer with `7 days` in it.
    await using server = await startStubModelServer({ otherwise: { kind: 'text', text: (request) => reply(request) } });
    const labels = new Map(
      (await readFile(at('labels.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { response: string; context: string[]; label: number })
        .map((each) => [each.response, each]),
    );
    const reply = ({ body }: { body: { messages?: readonly { content: string }[] } }) => {
      const [, sentences = ''] = body.messages?.[1]?.content.split('</turn>') ?? [];
      const known = [...labels.values()].find(({ response }) =>
        sentences.includes(response.split('. ')[0] ?? response),
      );
      if (!known || known.response.includes(' 7 days')) return 'It looks fine to me.';
      const label = known.label === 1 ? 'unsupported' : 'supported';
      const count = sentences.match(/<sentence /g)?.length ?? 0;
      const quote = known.context[0]?.split(/(?<=\.)\s/)[0] ?? '';
      const verdicts = Array.from({ length: count }, (_, index) => ({ sentence: index + 1, label, quote }));
      return JSON.stringify({ verdicts });
    };
    const environment = { EVAL_JUDGE_MODEL: 'stub', EVAL_JUDGE_URL: server.url };
    const model = await judge(['calibrate', at('labels.jsonl'), '--out', at('model.json')], environment);
    const prose = [...labels.values()].filter(({ response }) => response.includes(' 7 days')).length;
    expect(model.report).toMatchObject({ judge: 'stub', labels: { errors: expect.any(Number) } });
    expect(model.report.labels.errors).toBeGreaterThanOrEqual(prose);
    expect(model.report.heldOut.agreement).toBeGreaterThan(0.95);
    expect(model.code).toBe(model.report.labels.errors > 0 ? 1 : 0);

    expect(model.stderr).toContain(`${server.requests.length} calls of the judge`);

    const calls = server.requests.length;
    await judge(['calibrate', at('labels.jsonl')], environment);
    expect(server.requests.length - calls).toBeLessThanOrEqual(2 * model.report.labels.errors);

    // A panel of a suite is calibrated as a whole: the calibration of one of its models is not its own.
    const suite = 'name: panel\ntarget:\n  kind: in-process\ndata:\n  path: none.jsonl\nmetrics: [judgeGroundedness]\n';
    await writeFile(at('panel.yaml'), `${suite}judge:\n  models: [stub, other]\n`);
    const before = server.requests.length;
    const panel = await judge(
      ['calibrate', at('labels.jsonl'), '--suite', at('panel.yaml'), '--out', at('panel.json')],
      {
        EVAL_JUDGE_URL: server.url,
      },
    );
    expect(panel.report).toMatchObject({ judge: 'stub + other, majority' });
    expect(panel.report.fingerprint).not.toBe(model.report.fingerprint);
    expect(new Set(server.requests.slice(before).map(({ body }) => body.model))).toEqual(new Set(['stub', 'other']));

    const difference = await judge(['diff', at('model.json'), at('lexical.json')]);
    expect(difference).toMatchObject({ code: 0, report: { first: 'stub', second: 'lexical-v2' } });
    expect(difference.report.onlyFirstRight).toBeGreaterThan(difference.report.onlySecondRight);
  });

  test('counts what the built-in scorer catches, by a threshold of its own calibration', async () => {
    const { code, report } = await judge(['perturb', documents, '--judge', 'lexical', '--count', '30']);
    expect(code).toBe(0);
    expect(report.kinds).toMatchObject({ verbatim: { flagged: 0 }, fabricated: { tried: 30 } });
    const by = await judge([
      'perturb',
      documents,
      '--judge',
      'lexical',
      '--count',
      '30',
      '--calibration',
      at('lexical.json'),
    ]);
    expect(by.report.threshold).not.toBe(report.threshold);
    const other = await judge(['perturb', documents, '--judge', 'lexical', '--calibration', at('model.json')]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('The calibration is of another judge.') });
  });

  test('corrects the rate of a run for the errors of its judge', async () => {
    const { fingerprint } = JSON.parse(await readFile(at('model.json'), 'utf8'));
    await writeRun(at('run'), fingerprint);
    const { code, report } = await judge(['correct', at('run'), '--calibration', at('model.json')]);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      judged: 200,
      withoutVerdict: 1,
      raw: 0.2,
      roganGladen: { rate: expect.any(Number) },
    });
    const none = await judge(['correct', at('run'), '--calibration', at('model.json'), '--metric', 'recall@5']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('recall@5') });
    const other = await judge(['correct', at('run'), '--calibration', at('lexical.json')]);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('The calibration is of another judge.') });
  });

  test.each([
    ['a judge that is not set', ['calibrate', 'LABELS'], 'EVAL_JUDGE_MODEL'],
    ['a suite that is none', ['calibrate', 'LABELS', '--suite', 'LABELS'], 'cannot be read'],
    ['labels that are not there', ['calibrate', 'nowhere.jsonl', '--judge', 'lexical'], 'a file that can be read'],
    ['a calibration that is none', ['diff', 'LABELS', 'LABELS'], 'is no calibration'],
    ['too few labels', ['calibrate', 'LABELS', '--judge', 'lexical', '--limit', '30'], 'at least 20 supported'],
    ['an unknown judge', ['calibrate', 'LABELS', '--judge', 'oracle'], "'oracle' is invalid"],
  ])('%s ends with 2', async (_name, words, message) => {
    const { code, stderr } = await judge(words.map((word) => (word === 'LABELS' ? at('labels.jsonl') : word)));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('a folder without sentences ends with 2', async () => {
    await mkdir(at('empty'));
    const { code, stderr } = await judge(['perturb', at('empty'), '--judge', 'lexical']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no sentence') });
  });
});
