import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelRequest, type StubModelServer, startStubModelServer } from '../../test/stub-model-server.ts';
import { rightAnswer, runStubSuite, stubCases, stubDataset, stubSuite, stubTarget } from '../../test/stub-suite.ts';
import { JudgeSettings } from '../judge/judge-settings.ts';
import { judgedMetrics } from '../judge/judged-metrics.ts';
import { openJudge } from '../judge/open-judge.ts';
import { createVerdictCache, openRecordedVerdicts, type VerdictCache } from '../judge/verdict-cache.ts';
import { VerdictRecord } from '../judge/verdict-record.ts';
import type { Metric } from '../metric.ts';
import type { LoadedSuite } from '../suite.ts';
import { forecastRun } from './forecast-run.ts';

let root: string;
let count = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-judged-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
const newFolder = () => join(root, `run-${count++}`);

/** Finds every answer right, with words of both sides. */
function verdict({ body }: ModelRequest): string {
  const said = /It is \d+\./.exec(body.messages?.[1]?.content ?? '')?.[0] ?? '';
  return JSON.stringify({
    ...{ contradicts: false, complete: true, partial: true },
    ...{ answerQuote: said, referenceQuote: said },
  });
}
const judgeServer = () => startStubModelServer({ otherwise: { kind: 'text', text: verdict } });

interface Judged {
  readonly server: StubModelServer;
  readonly judge?: object;
  readonly budget?: LoadedSuite['budget'];
  readonly cache?: VerdictCache | null;
}

async function judged({ server, judge = { models: ['a', 'b'] }, budget = {}, cache = null }: Judged) {
  const suite = stubSuite({ judge: JudgeSettings.parse(judge), budget });
  const config = { model: null, server: { apiKey: 'k', baseUrl: server.url }, keys: {} };
  const panel = await openJudge(config, { suite, cache });
  const wanted = ['judgeCorrect', 'judgeIncorrect'];
  const byModel = judgedMetrics(panel ?? expect.fail()).filter(({ name }) => wanted.includes(name));
  return { suite, metrics: [rightAnswer, ...byModel] satisfies Metric[] };
}

const verdictsOf = async (folder: string) =>
  (await readFile(join(folder, 'verdicts.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => VerdictRecord.parse(JSON.parse(line)));

describe('a run with a panel of judges', () => {
  it('keeps each verdict once, and sums what judges took beside what answers did', async () => {
    await using server = await judgeServer();
    const out = newFolder();
    const priced = { model: 'a', prices: { input: 1, output: 10 } };
    const judge = { models: [priced, { ...priced, model: 'b' }] };
    const { summary, spent } = await runStubSuite({ out, ...(await judged({ server, judge })) });
    expect(summary.metrics.find(({ metric }) => metric === 'judgeCorrect')).toMatchObject({ value: 1, ok: 10 });
    expect(summary.judge).toMatchObject({ verdicts: 20, kept: 0, faults: 0, failures: 0, standIns: 0, calls: 20 });
    expect(summary.judge?.cost).toBeCloseTo(20 * ((100 + 20 * 10) / 1_000_000), 5);
    expect(summary.usage.calls).toBe(10);
    expect(spent.calls).toBe(30);
    const verdicts = await verdictsOf(out);
    expect(verdicts.map(({ key }) => key)).toEqual(verdicts.map(({ key }) => key).toSorted());
    expect(verdicts).toHaveLength(20);
    expect(summary.notes).toEqual([expect.stringMatching(/by a \+ b, majority [0-9a-f]{32}: UNCALIBRATED/)]);
  });

  it('says how many verdicts are by stand-ins', async () => {
    await using gone = await startStubModelServer({ otherwise: { kind: 'status', status: 503 } });
    await using server = await judgeServer();
    const judge = { models: [{ model: 'a', url: gone.url }], fallback: ['b'] };
    const { summary } = await runStubSuite({
      out: newFolder(),
      cases: stubCases(2),
      ...(await judged({ server, judge })),
    });
    expect(summary).toMatchObject({ state: 'complete', judge: { verdicts: 2, standIns: 2 } });
    expect(summary.notes?.at(-1)).toBe('2 of 2 verdicts are by stand-ins for a judge that could not be reached');
  });

  it('stops before the budget is overspent, goes on with more, and pays for nothing twice', async () => {
    await using server = await judgeServer();
    const out = newFolder();
    const parts = { cases: stubCases(10), suite: stubSuite() };
    const cache = createVerdictCache(join(root, 'verdicts'));
    const limited = await judged({ server, cache, budget: { tokens: 2500 } });
    const first = await runStubSuite({ out, ...parts, ...limited });
    expect(first.summary.state).toBe('budget');
    expect(first.spent.tokens).toBeLessThanOrEqual(2500);
    const [asked, answered] = [server.requests.length, first.summary.metrics[0]?.ok ?? 0];
    expect(asked).toBeGreaterThan(0);
    expect(answered).toBeLessThan(10);
    // What is spent already counts: with the same budget nothing more is asked.
    const again = await runStubSuite({ out, resume: true, ...parts, ...limited });
    expect(again.summary.state).toBe('budget');
    expect(server.requests.length - asked).toBeLessThanOrEqual(1);
    const rest = await runStubSuite({ out, resume: true, ...parts, ...(await judged({ server, cache })) });
    expect(rest.summary).toMatchObject({ state: 'complete', judge: { verdicts: 20, calls: 20 } });
    expect(server.requests).toHaveLength(20);
    expect(rest.spent.calls).toBe(30);
  });

  it('is replayed from its own verdicts without a call, to the same cells', async () => {
    await using server = await judgeServer();
    const [out, replayed] = [newFolder(), newFolder()];
    const cases = stubCases(4);
    await runStubSuite({ out, cases, ...(await judged({ server })) });
    const cache = await openRecordedVerdicts(join(out, 'verdicts.jsonl'));
    await runStubSuite({ out: replayed, cases, ...(await judged({ server, cache })) });
    expect(server.requests).toHaveLength(8);
    expect(await readFile(join(replayed, 'cells.jsonl'))).toEqual(await readFile(join(out, 'cells.jsonl')));
    const other = await judged({ server, cache, judge: { models: ['a', 'c'] } });
    await expect(runStubSuite({ out: newFolder(), cases, ...other })).rejects.toMatchObject({
      code: 'RECORDING_MISSING',
    });
    expect(server.requests).toHaveLength(8);
    await writeFile(join(root, 'broken.jsonl'), '{"key": 1}\n');
    await expect(openRecordedVerdicts(join(root, 'broken.jsonl'))).rejects.toMatchObject({
      errors: [{ field: `${join(root, 'broken.jsonl')}:1` }],
    });
  });

  it('cuts off a verdict of which a part is missing, and asks for it again', async () => {
    await using server = await judgeServer();
    const out = newFolder();
    const parts = { out, cases: stubCases(3) };
    const interrupted = await judged({ server, budget: { tokens: 1500 } });
    await runStubSuite({ ...parts, ...interrupted });
    const file = join(out, 'verdicts.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.slice(0, -20));
    const { summary } = await runStubSuite({ ...parts, resume: true, ...(await judged({ server })) });
    expect(summary.state).toBe('complete');
    for (const { outcome } of await verdictsOf(out)) expect(outcome).toHaveProperty('reply');
  });

  it('takes what it was told before a kill from its own verdicts, whether or not anything else kept them', async () => {
    await using server = await judgeServer();
    const parts = { out: newFolder(), cases: stubCases(3) };
    const first = await runStubSuite({ ...parts, ...(await judged({ server })) });
    const verdicts = await readFile(join(parts.out, 'verdicts.jsonl'), 'utf8');
    await rm(join(parts.out, 'cells.jsonl'));
    const again = await runStubSuite({ ...parts, resume: true, ...(await judged({ server })) });
    expect(server.requests).toHaveLength(6);
    expect(again.summary).toEqual(first.summary);
    expect(await readFile(join(parts.out, 'verdicts.jsonl'), 'utf8')).toBe(verdicts);
  });

  it('has no verdicts where nobody judges', async () => {
    const out = newFolder();
    const { summary } = await runStubSuite({ out });
    expect(existsSync(join(out, 'verdicts.jsonl'))).toBe(false);
    expect(summary).not.toHaveProperty('judge');
  });

  it('counts the calls of a panel before they are made, each question once', async () => {
    await using server = await judgeServer();
    const judge = { models: ['a', 'b', 'c'], repeat: 2 };
    const { suite, metrics } = await judged({ server, judge });
    const selection = { filters: [], only: null, shard: null, sample: null, limit: null, seed: 1 };
    const cases = [...stubCases(2), ...stubCases(1, { id: 'x', answers: [] })];
    const forecast = await forecastRun({
      ...{ suite, selection, metrics, target: stubTarget(), repeats: 4 },
      dataset: stubDataset(cases),
    });
    // Two cases with a reference, asked four times; six votes, each with one repair.
    expect(forecast.judgeCalls).toBe(2 * 4 * 6 * 2);
    expect(server.requests).toHaveLength(0);
  });
});
