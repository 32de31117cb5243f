import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.ts';
import {
  answerLength,
  rightAnswer,
  runStubSuite,
  stubAnswer,
  stubCases,
  stubDataset,
  stubSuite,
  stubTarget,
  wholeSelection,
} from '../../test/stub-suite.ts';
import { AnswerRecord } from '../answer-record.ts';
import { Cell, type JudgedMetric } from '../metric.ts';
import { forecastRun } from './forecast-run.ts';
import { rescoreRun } from './rescore-run.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-runs-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const newFolder = () => join(root, `run-${count++}`);
const linesOf = async (folder: string, file: string) =>
  (await readFile(join(folder, file), 'utf8')).split('\n').filter((line) => line !== '');
const answersOf = async (folder: string) =>
  (await linesOf(folder, 'answers.jsonl')).map((line) => AnswerRecord.parse(JSON.parse(line)));
const cellsOf = async (folder: string) =>
  (await linesOf(folder, 'cells.jsonl')).map((line) => Cell.parse(JSON.parse(line)));
const failing = (code: 'RATE_LIMITED' | 'TARGET_BAD_RESPONSE' = 'TARGET_BAD_RESPONSE') =>
  Promise.reject(new AppError(code, 'no'));

describe('runSuite', () => {
  it('asks, scores and summarises each case, in the order of the data', async () => {
    const out = newFolder();
    const { summary } = await runStubSuite({ out, repeats: 2, suite: stubSuite({ gates: ['right >= 1'] }) });
    expect(summary).toMatchObject({ state: 'complete', cases: 10, repeats: 2, errors: 0 });
    expect(summary.metrics[0]).toMatchObject({ metric: 'right', value: 1, ok: 20 });
    expect(summary.gates).toMatchObject([{ passed: true }]);
    const keys = stubCases(10).flatMap(({ id }) => [`${id} 0`, `${id} 1`]);
    expect((await answersOf(out)).map((record) => `${record.case} ${record.repeat}`)).toEqual(keys);
    const cells = await cellsOf(out);
    expect(cells.map((cell) => `${cell.case} ${cell.repeat} ${cell.metric}`)).toEqual(
      keys.flatMap((key) => [`${key} right`, `${key} length`]),
    );
  });

  it('names the judge of judged metrics, and says that nobody compared it with people', async () => {
    const out = newFolder();
    const judge: JudgedMetric = {
      ...rightAnswer,
      ...{ of: 'judged', name: 'judgeRight', fingerprint: 'model-1 prompt-1', version: 1 },
      ...{ questions: () => ['right'], callsAQuestion: 2 },
      score: async () => ({ status: 'ok', value: 1 }),
    };
    const { summary, plan } = await runStubSuite({ out, metrics: [rightAnswer, judge] });
    expect(summary.notes).toEqual([expect.stringMatching(/^judgeRight by model-1 prompt-1: UNCALIBRATED/)]);
    expect(plan.metrics).toEqual([
      { name: 'right', version: 1 },
      { name: 'judgeRight', version: 1, fingerprint: 'model-1 prompt-1' },
    ]);
    expect(summary.metrics.find(({ metric }) => metric === 'judgeRight')).toMatchObject({ value: 1, ok: 10 });
    const again = await rescoreRun({
      ...{ folder: out, openMetrics: async () => [judge], names: ['judgeRight'], baseline: null },
      ...{ calibration: join(out, 'none.json'), progress: () => {}, signal: new AbortController().signal },
    });
    expect(again.notes).toEqual([expect.stringContaining('none.json is no calibration')]);
    expect((await runStubSuite({ out: newFolder() })).summary.notes).toEqual([]);
  });

  it('gives the same bytes however the answers come in', async () => {
    const read = async (folder: string) =>
      await Promise.all(['cases', 'answers', 'cells'].map((name) => readFile(join(folder, `${name}.jsonl`), 'utf8')));
    const [first, second] = [newFolder(), newFolder()];
    await runStubSuite({ out: first, repeats: 3 });
    // The earlier a question, the later its answer.
    let open: (() => void)[] = [];
    const ask = async ({ question }: { question: string }) => {
      await new Promise<void>((resolve) => {
        open.push(resolve);
        if (open.length < 2) return;
        for (const end of open.reverse()) end();
        open = [];
      });
      return stubAnswer(question.replace(/^What is (\d+)\?$/, 'It is $1.'));
    };
    await runStubSuite({ out: second, repeats: 3, suite: stubSuite({ concurrency: 5 }), target: stubTarget({ ask }) });
    expect(await read(second)).toEqual(await read(first));
    expect(await readFile(join(second, 'summary.json'), 'utf8')).toEqual(
      await readFile(join(first, 'summary.json'), 'utf8'),
    );
  });

  it('goes on after an interrupt with what is missing only', async () => {
    const out = newFolder();
    const interrupt = new AbortController();
    const first = stubTarget({
      ask: async ({ question }) => {
        if (question === 'What is 4?') interrupt.abort(new Error('interrupted'));
        return stubAnswer(question);
      },
    });
    const stopped = await runStubSuite({
      out,
      target: first,
      signal: interrupt.signal,
      suite: stubSuite({ concurrency: 1 }),
    });
    expect(stopped.summary).toMatchObject({ state: 'interrupted', cases: 5 });
    expect(await answersOf(out)).toHaveLength(5);
    expect(await cellsOf(out)).toHaveLength(10);
    const second = stubTarget();
    const { summary } = await runStubSuite({ out, target: second, resume: true });
    expect(second.asked).toEqual([5, 6, 7, 8, 9].map((number) => `What is ${number}?`));
    expect(summary).toMatchObject({ state: 'complete', cases: 10 });
    expect(await cellsOf(out)).toHaveLength(20);
  });

  it('cuts off what a crash left half-written, and scores no cell twice', async () => {
    const out = newFolder();
    await runStubSuite({ out });
    await appendFile(join(out, 'answers.jsonl'), '{"case":"c3","repeat":0,"key":"x","answ');
    await appendFile(join(out, 'cells.jsonl'), `${JSON.stringify((await cellsOf(out))[0])}\n`);
    const score = vi.fn(rightAnswer.score);
    const target = stubTarget();
    await runStubSuite({ out, target, resume: true, metrics: [{ ...rightAnswer, score }, answerLength] });
    expect(target.asked).toEqual([]);
    expect(score).not.toHaveBeenCalled();
    expect(await answersOf(out)).toHaveLength(10);
    expect(await cellsOf(out)).toHaveLength(20);
  });

  it('names the line of a record that is damaged in the middle', async () => {
    const out = newFolder();
    await runStubSuite({ out });
    const [first, , ...rest] = await linesOf(out, 'answers.jsonl');
    await writeFile(join(out, 'answers.jsonl'), `${[first, 'rubbish', ...rest].join('\n')}\n`);
    await expect(runStubSuite({ out, resume: true })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: `${join(out, 'answers.jsonl')}:2` }],
    });
  });

  it('refuses a folder that holds a run, another run, or one of a newer layout', async () => {
    const out = newFolder();
    await runStubSuite({ out });
    await expect(runStubSuite({ out })).rejects.toMatchObject({ errors: [{ field: '--out' }] });
    await expect(runStubSuite({ out: newFolder(), resume: true })).rejects.toMatchObject({
      errors: [{ field: '--resume' }],
    });
    await expect(runStubSuite({ out, resume: true, repeats: 2 })).rejects.toMatchObject({
      errors: [{ field: 'repeats', received: '2' }],
    });
    const plan = JSON.parse(await readFile(join(out, 'plan.json'), 'utf8'));
    await writeFile(join(out, 'plan.json'), JSON.stringify({ ...plan, format: 2 }));
    await expect(runStubSuite({ out, resume: true })).rejects.toMatchObject({ errors: [{ field: 'format' }] });
  });

  it('lets one run at a time into a folder', async () => {
    const out = newFolder();
    let second: unknown = null;
    const ask = async ({ question }: { question: string }) => {
      second ??= await runStubSuite({ out }).catch((error: unknown) => error);
      return stubAnswer(question);
    };
    await runStubSuite({ out, target: stubTarget({ ask }), suite: stubSuite({ concurrency: 1 }) });
    expect(second).toMatchObject({ code: 'RUN_FOLDER_IN_USE' });
    expect(String(second)).toContain(`Process ${process.pid}`);
  });

  it('takes answers of an earlier run under the same identity, never an error, and each repeat anew', async () => {
    const cacheFolder = join(root, 'cache');
    const kept = { cacheFolder, cache: 'rw' as const };
    let isDown = true;
    const ask = ({ question }: { question: string }) =>
      isDown && question === 'What is 3?' ? failing() : Promise.resolve(stubAnswer(question));
    await runStubSuite({ out: newFolder(), ...kept, target: stubTarget({ ask }) });
    isDown = false;
    const again = stubTarget({ ask });
    const { reused } = await runStubSuite({ out: newFolder(), ...kept, target: again, repeats: 2 });
    expect(again.asked.toSorted()).toEqual([...stubCases(10).map(({ question }) => question), 'What is 3?'].toSorted());
    expect(reused).toBe(9);
    const changed = stubTarget({ prepare: async () => ({ identity: 'another' }) });
    await runStubSuite({ out: newFolder(), cacheFolder, cache: 'ro', target: changed });
    expect(changed.asked).toHaveLength(10);
  });

  it('asks for equal questions once', async () => {
    const cases = stubCases(6, { question: 'The same?' });
    const target = stubTarget({ ask: async ({ question }) => stubAnswer(question) });
    await runStubSuite({ out: newFolder(), cases, target, cache: 'rw', suite: stubSuite({ concurrency: 6 }) });
    expect(target.asked).toHaveLength(1);
  });

  it('replays recordings without the target, and ends at what they do not hold', async () => {
    const recordings = newFolder();
    await runStubSuite({ out: recordings });
    const down = stubTarget({ prepare: () => failing(), ask: () => failing() });
    const suite = stubSuite({ recordings });
    const out = newFolder();
    const { summary } = await runStubSuite({ out, suite, cache: 'replay', target: down });
    expect(summary).toMatchObject({ state: 'complete', errors: 0 });
    expect(await readFile(join(out, 'answers.jsonl'))).toEqual(await readFile(join(recordings, 'answers.jsonl')));
    const cases = stubCases(11);
    await expect(runStubSuite({ out: newFolder(), suite, cases, cache: 'replay', target: down })).rejects.toMatchObject(
      { code: 'RECORDING_MISSING', errors: [{ field: 'c10' }] },
    );
    const another = stubTarget({ configuration: 'another' });
    await expect(runStubSuite({ out: newFolder(), suite, cache: 'replay', target: another })).rejects.toMatchObject({
      code: 'RECORDING_MISSING',
    });
  });

  it('stops before more is spent than may be, and goes on with a larger budget', async () => {
    const out = newFolder();
    const costs = { calls: 1, inputTokens: 10, outputTokens: 5, cost: 0.3 };
    const target = stubTarget({ forecast: () => costs, ask: async ({ question }) => stubAnswer(question, 0.1) });
    const { summary, spent } = await runStubSuite({
      out,
      target,
      suite: stubSuite({ budget: { cost: 0.55 }, concurrency: 3 }),
    });
    expect(summary.state).toBe('budget');
    // Three answers leave 0.25, less than the most that a fourth may cost.
    expect(spent.cost).toBeCloseTo(0.3);
    expect(target.asked).toHaveLength(3);
    const more = await runStubSuite({ out, target, resume: true, suite: stubSuite({ budget: { tokens: 150 } }) });
    expect(more.summary).toMatchObject({ state: 'complete', cases: 10 });
    expect(target.asked).toHaveLength(10);
  });

  it('never makes a run with an error a green one, and replaces errors by answers only', async () => {
    const out = newFolder();
    let failures = new Set(['What is 2?', 'What is 7?']);
    const ask = ({ question }: { question: string }) =>
      failures.has(question)
        ? failing()
        : Promise.resolve(stubAnswer(question.replace(/^What is (\d+)\?$/, 'It is $1.')));
    const suite = stubSuite({ gates: ['right >= 0.5'] });
    const first = await runStubSuite({ out, suite, target: stubTarget({ ask }) });
    expect(first.summary).toMatchObject({ state: 'invalid', errors: 2 });
    expect(first.summary.problems?.[0]).toContain('2 TARGET_BAD_RESPONSE');
    expect(first.summary.gates).toMatchObject([{ passed: false, invalid: true }]);
    expect((await cellsOf(out)).filter(({ status }) => status === 'error')).toHaveLength(4);
    failures = new Set(['What is 7?']);
    const again = stubTarget({ ask });
    const second = await runStubSuite({ out, suite, target: again, resume: true, retryErrors: true });
    expect(again.asked).toEqual(['What is 2?', 'What is 7?']);
    expect(second.summary).toMatchObject({ state: 'invalid', errors: 1 });
    failures = new Set();
    const third = await runStubSuite({ out, suite, target: stubTarget({ ask }), resume: true, retryErrors: true });
    expect(third.summary).toMatchObject({ state: 'complete', errors: 0, gates: [{ passed: true }] });
    expect((await cellsOf(out)).every(({ status }) => status === 'ok')).toBe(true);
  });

  it.each([
    ['no case', { cases: [] }, 'No case is selected.'],
    ['no gold', { cases: stubCases(4, { answers: [] }) }, 'No case has what right needs: the case has no answer.'],
  ])('is invalid with %s', async (_what, options, problem) => {
    const { summary } = await runStubSuite({ out: newFolder(), ...options });
    expect(summary.state).toBe('invalid');
    expect(summary.problems).toEqual([problem]);
  });

  it.each([
    ['its suite', { maxErrorRate: 0.1, gates: ['right >= 1'] }],
    ['a gate', { gates: ['right >= 1', 'errorRate <= 0.1'] }],
  ])('is judged by its other answers where %s allows so many errors', async (_by, change) => {
    const target = stubTarget({
      ask: async ({ question }) => (question === 'What is 4?' ? await failing() : stubAnswer(question)),
    });
    const right = { ...rightAnswer, score: () => ({ status: 'ok', value: 1 }) as const };
    const run = (cases: number) =>
      runStubSuite({ out: newFolder(), target, metrics: [right], cases: stubCases(cases), suite: stubSuite(change) });
    const { state, gates } = (await run(10)).summary;
    expect([state, ...gates.map(({ passed }) => passed)]).toEqual(['complete', ...change.gates.map(() => true)]);
    const failed = (await run(9)).summary;
    expect(failed).toMatchObject({ state: 'invalid' });
    expect(failed.problems).toEqual([expect.stringContaining('1 TARGET_BAD_RESPONSE (such as: no)')]);
  });

  it('lets a part of a suite lack what a metric needs', async () => {
    const cases = [...stubCases(4, { answers: [] }), ...stubCases(6).slice(4)];
    const selection = { ...wholeSelection, limit: 4 };
    const { summary } = await runStubSuite({ out: newFolder(), cases, selection });
    expect(summary).toMatchObject({ state: 'complete', metrics: [{ metric: 'right', value: null }, {}] });
  });

  it('asks again what may pass by itself, and nothing else', async () => {
    const asked = new Map<string, number>();
    const ask = ({ question }: { question: string }) => {
      const times = (asked.get(question) ?? 0) + 1;
      asked.set(question, times);
      if (question === 'What is 1?') return failing('TARGET_BAD_RESPONSE');
      return times < 3 ? failing('RATE_LIMITED') : Promise.resolve(stubAnswer(question));
    };
    const suite = stubSuite({ concurrency: 1, target: { ...stubSuite().target } });
    const out = newFolder();
    const { summary, throughput } = await runStubSuite({
      out,
      cases: stubCases(3),
      target: stubTarget({ ask }),
      suite,
    });
    expect(summary.errors).toBe(1);
    expect([...asked.values()]).toEqual([3, 1, 3]);
    expect((await answersOf(out)).map(({ answer }) => answer?.retries)).toEqual([2, undefined, 2]);
    expect(throughput.asked).toBe(3);
  });

  it('leaves a question that takes too long as an error', async () => {
    const ask = ({ question }: { question: string }) =>
      question === 'What is 1?' ? new Promise<never>(() => {}) : Promise.resolve(stubAnswer(question));
    const suite = stubSuite({ timeoutSeconds: 0.1 });
    const out = newFolder();
    await runStubSuite({ out, cases: stubCases(3), target: stubTarget({ ask }), suite });
    expect((await answersOf(out)).map(({ error }) => error?.code ?? null)).toEqual([null, 'DEADLINE_EXCEEDED', null]);
  });
});

it('forecasts calls, tokens and cost of the selected cases, and names the plan', async () => {
  const target = stubTarget({ forecast: () => ({ calls: 2, inputTokens: 10, outputTokens: 5, cost: 0.5 }) });
  const parts = { suite: stubSuite(), dataset: stubDataset(stubCases(10)), metrics: [rightAnswer], target, repeats: 3 };
  const forecast = await forecastRun({ ...parts, selection: { ...wholeSelection, limit: 4 } });
  expect(forecast).toMatchObject({ cases: 4, repeats: 3, calls: 24, inputTokens: 120, outputTokens: 60, cost: 6 });
  expect(target.asked).toEqual([]);
  const other = await forecastRun({ ...parts, selection: { ...wholeSelection, limit: 5 } });
  expect(other.plan).not.toBe(forecast.plan);
});
