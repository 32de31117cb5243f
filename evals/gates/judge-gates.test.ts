import { expect, it } from 'vitest';
import { EvalCase } from '../case.ts';
import type { Cell } from '../metric.ts';
import type { MetricSummary } from '../summary.ts';
import type { JudgedRun } from './evidence.ts';
import { exitCodeOfGates, judgeGates } from './judge-gates.ts';

type Value = number | null | 'error';
type Table = Readonly<Record<string, readonly Value[]>>;

interface MadeRun {
  readonly hash?: string;
  readonly errors?: number;
  readonly suiteMetrics?: Readonly<Record<string, number>>;
}

/** A run whose metrics have these values for the cases c0, c1, …; every second case has the tag `even`. */
function madeRun(table: Table, { hash = 'h', errors = 0, suiteMetrics = {} }: MadeRun = {}): JudgedRun {
  const count = Math.max(...Object.values(table).map(({ length }) => length));
  const cells = Object.entries(table).flatMap(([metric, values]) =>
    values.map((value, index): Cell => {
      const status = value === 'error' ? 'error' : value === null ? 'na' : 'ok';
      return {
        case: `c${index}`,
        repeat: 0,
        metric,
        status,
        value: status === 'ok' ? Number(value) : null,
        reason: null,
        evidence: [],
      };
    }),
  );
  const summarize = (isIncluded: (index: number) => boolean) =>
    Object.entries(table).map(([metric, values]) =>
      summaryOf(
        metric,
        values.filter((_, index) => isIncluded(index)),
      ),
    );
  return {
    plan: {
      format: 1,
      id: 'r',
      suite: 's',
      suiteHash: 's',
      dataset: { hash, cases: count },
      target: { kind: 'footnote', identity: 'i' },
      metrics: [],
      repeats: 1,
      seed: 1,
      startedAt: '2026-01-01T00:00:00.000Z',
    },
    summary: {
      cases: count,
      repeats: 1,
      errors,
      metrics: [
        ...summarize(() => true),
        ...Object.entries(suiteMetrics).map(([metric, value]) => ({ ...summaryOf(metric, [value]), ok: count })),
      ],
      tags: { even: summarize((index) => index % 2 === 0) },
    },
    async *cases() {
      for (let index = 0; index < count; index += 1)
        yield EvalCase.parse({ id: `c${index}`, question: 'Why?', tags: index % 2 === 0 ? ['even'] : [] });
    },
    async *cells() {
      yield* cells;
    },
  };
}

function summaryOf(metric: string, values: readonly Value[]): MetricSummary {
  const ok = values.filter((value) => typeof value === 'number');
  return {
    metric,
    group: 'operations',
    better: metric === 'latency' ? 'lower' : 'higher',
    unit: metric === 'latency' ? 'milliseconds' : 'share',
    value: ok.length === 0 ? null : ok.reduce((sum, value) => sum + value, 0) / ok.length,
    interval: null,
    ok: ok.length,
    na: values.filter((value) => value === null).length,
    errors: values.filter((value) => value === 'error').length,
    percentiles: metric === 'latency' ? { p50: 10, p90: 20, p95: 30, p99: 40 } : null,
  };
}

const judge = async (gate: string, run: JudgedRun, baseline: JudgedRun | null = null) =>
  (await judgeGates([gate], { run, baseline }))[0];

const run = madeRun({ grounded: [1, 0.8, 0.6, 0.4, null], latency: [1, 2, 3, 4, 5], quotes: [0, 0, 0, 0, 0] });

it.each([
  ['grounded >= 0.7', true],
  ['grounded >= 0.71', false],
  ['grounded > 0.7', false],
  ['grounded[tag=even] >= 0.8', true],
  ['grounded[tag=even] > 0.8', false],
  ['p95(latency) <= 30', true],
  ['p95(latency) < 30', false],
  ['min(grounded) >= 0.4', true],
  ['max(latency) <= 5', true],
  ['quotes == 0', true],
])('%s: %s', async (gate, passed) => {
  expect(await judge(gate, run)).toMatchObject({ gate, passed, invalid: false, cases: [] });
});

it('names the cases that break a gate about cases, and the worst of them', async () => {
  expect(await judge('min(grounded) >= 0.7', run)).toMatchObject({
    passed: false,
    invalid: false,
    cases: ['c2', 'c3'],
  });
  expect((await judge('min(grounded) >= 0.7', run))?.detail).toContain('the worst c3 with 0.4');
  expect(await judge('min(grounded[tag=even]) >= 0.7', run)).toMatchObject({ cases: ['c2'] });
  const broken = madeRun({ quotes: [0, 2, 0] });
  expect(await judge('quotes == 0', broken)).toMatchObject({ kind: 'invariant', passed: false, cases: ['c1'] });
});

it.each([
  'unknown >= 0',
  'unknown == 0',
  'min(unknown) >= 0',
  'nothing >= 0',
  'nothing == 0',
  'failing >= 0',
  'failing == 0',
  'grounded[tag=odd] >= 0',
  'p95(grounded) >= 0',
  'min(auroc) >= 0',
  'delta(grounded) >= -1',
])('%s is invalid and never passes', async (gate) => {
  const table = { grounded: [1, 1], nothing: [null, null], failing: [0, 'error'] } satisfies Table;
  const results = await judgeGates([gate], { run: madeRun(table, { suiteMetrics: { auroc: 0.9 } }) });
  expect(results).toMatchObject([{ passed: false, invalid: true }]);
  expect(exitCodeOfGates(results)).toBe(2);
});

it('lets as many errors pass as the error rate among the gates allows', async () => {
  const failing = madeRun({ grounded: [1, 1, 1, 'error'] }, { errors: 1 });
  expect(await judgeGates(['errorRate <= 0.3', 'grounded >= 1'], { run: failing })).toMatchObject([
    { kind: 'errors', passed: true },
    { passed: true },
  ]);
  expect(await judgeGates(['errorRate <= 0.2', 'grounded >= 1'], { run: failing })).toMatchObject([
    { passed: false, invalid: true },
    { passed: false, invalid: true },
  ]);
});

it('holds a difference to the baseline against the limit, over cases that have a value in both', async () => {
  const before = madeRun({ grounded: [1, 1, 1, null], latency: [1, 1, 1, 1] });
  const after = madeRun({ grounded: [1, 0.7, 1, 0], latency: [1, 1, 1, 1] });
  expect(await judge('delta(grounded) >= -0.1001', after, before)).toMatchObject({ kind: 'baseline', passed: true });
  expect(await judge('delta(grounded) >= -0.09', after, before)).toMatchObject({ passed: false, invalid: false });
  expect(await judge('delta(grounded[tag=even]) >= 0', after, before)).toMatchObject({ passed: true });
  expect(await judge('delta(latency) >= 0', after, before)).toMatchObject({ invalid: true });
  const other = madeRun({ grounded: [1, 1, 1, 1] }, { hash: 'other' });
  expect(await judge('delta(grounded) >= -1', after, other)).toMatchObject({ passed: false, invalid: true });
  const failing = madeRun({ grounded: [1, 'error', 1, 1] });
  expect(await judge('delta(grounded) >= -1', after, failing)).toMatchObject({ passed: false, invalid: true });
});

it('ends with 4 for a gate that failed, with 2 where one is invalid, else with 0', () => {
  const passed = { passed: true, invalid: false };
  const failed = { passed: false, invalid: false };
  expect(exitCodeOfGates([])).toBe(0);
  expect(exitCodeOfGates([passed])).toBe(0);
  expect(exitCodeOfGates([passed, failed])).toBe(4);
  expect(exitCodeOfGates([passed, failed, { passed: false, invalid: true }])).toBe(2);
});

it('fails by an interval only where a loss is shown, and passes by a bound only where its absence is', async () => {
  const before = madeRun({ grounded: Array.from({ length: 400 }, (_, index) => Number(index % 10 > 0)) });
  const same = await judgeGates(
    ['delta(grounded) >= 0 @ 95%', 'lower(delta(grounded)) >= -0.02 @ 95%', 'upper(delta(grounded)) <= 0.02 @ 95%'],
    { run: before, baseline: before },
  );
  expect(same.slice(0, 2)).toMatchObject([{ passed: true }, { passed: true }]);
  expect(same[2]).toMatchObject({ invalid: true });
  const dropped = madeRun({
    grounded: Array.from({ length: 400 }, (_, index) => Number(index % 10 > 0 && index % 20 !== 7)),
  });
  expect(await judge('delta(grounded) >= 0 @ 95%', dropped, before)).toMatchObject({ passed: false, invalid: false });
  expect(await judge('delta(grounded) >= -0.05 @ 95%', dropped, before)).toMatchObject({ passed: true });
  expect(await judge('lower(delta(grounded)) >= -0.05 @ 95%', dropped, before)).toMatchObject({ passed: false });
  const few = madeRun({ grounded: [1, 0, 1] });
  expect(await judge('delta(grounded) >= 0 @ 95%', few, few)).toMatchObject({ invalid: true });
  expect(await judge('delta(grounded) >= 0', few, few)).toMatchObject({ passed: true });
});
