import { describe, expect, it } from 'vitest';
import { recordedAnswer, refusedAnswer } from '../../test/recorded-answer.ts';
import type { AnswerRecord } from '../answer-record.ts';
import { EvalCase } from '../case.ts';
import type { Cell, Metric } from '../metric.ts';
import { metricsNamed } from '../metrics/registry.ts';
import { MetricSummary } from '../summary.ts';
import { createSummarizer } from './summarize.ts';

const cases = Array.from({ length: 12 }, (_, index) =>
  EvalCase.parse({ id: `c${index}`, question: 'x', answerable: index % 2 === 0, tags: index < 6 ? ['early'] : [] }),
);
const cell = (id: string, repeat: number, metric: string, value: number | null): Cell => ({
  case: id,
  repeat,
  metric,
  status: value === null ? 'na' : 'ok',
  value,
  reason: null,
  evidence: [],
});
const record = (id: string, answer: AnswerRecord['answer']): AnswerRecord => ({
  case: id,
  repeat: 0,
  key: id,
  answer,
  error: answer ? null : { code: 'TARGET_UNAVAILABLE', detail: '' },
});

function summarize(
  asked: readonly EvalCase[],
  answers: readonly AnswerRecord[],
  cells: readonly Cell[],
  metrics: readonly Metric[],
  seed: number,
) {
  const summarizer = createSummarizer(metrics, seed);
  for (const own of asked) {
    summarizer.addCase(own);
    for (const record of answers) if (record.case === own.id) summarizer.addAnswer(own, record);
  }
  for (const one of cells) summarizer.addCell(one);
  return summarizer.finish();
}

describe('summarize', () => {
  it('means over cases, each the mean over its repeats, and counts cells', () => {
    const cells = cases.flatMap(({ id }, index) => [
      cell(id, 0, 'correct', index === 0 ? null : 1),
      cell(id, 1, 'correct', index === 0 ? null : index % 2),
      { ...cell(id, 2, 'correct', null), status: 'error' as const },
    ]);
    const { metrics, tags } = summarize(cases, [], cells, metricsNamed(['correct']), 1);
    const [all] = metrics;
    expect(all).toMatchObject({ metric: 'correct', ok: 22, na: 2, errors: 12, percentiles: null });
    expect(all?.value).toBeCloseTo((6 + 5 * 0.5) / 11, 12);
    expect(all?.interval?.[0]).toBeLessThan(all?.value ?? 0);
    expect(tags.early?.[0]?.ok).toBe(10);
    expect(MetricSummary.array().parse(metrics)).toEqual(metrics);
  });
  it('says how far answers to one case differ, and how often all of them pass', () => {
    const values = [
      [1, 1, 1],
      [1, 0, 1],
      [0, 0, 0],
      [0, 1, 0],
    ];
    const cells = (metric: string, scale: number) =>
      values.flatMap((own, index) => own.map((value, repeat) => cell(`c${index}`, repeat, metric, value * scale)));
    const named = metricsNamed(['correct', 'fabricatedQuotes', 'latency:total', 'tokenF1']);
    const all = [...cells('correct', 1), ...cells('fabricatedQuotes', 1), ...cells('tokenF1', 0.5)];
    const [correct, fabricated, latency, f1] = summarize(cases, [], all, named, 1).metrics;
    // Two of four cases flip, each with a deviation of √(1/3); three of four pass at all, one always.
    expect(correct?.repeated).toEqual({
      ...{ k: 3, flipRate: 0.5, passAny: 0.75, passAll: 0.25 },
      deviation: expect.closeTo(Math.sqrt(1 / 3) / 2, 12),
    });
    // Of what should be 0, a 0 passes.
    expect(fabricated?.repeated).toMatchObject({ passAny: 0.75, passAll: 0.25 });
    expect(f1?.repeated).toMatchObject({ k: 3, flipRate: null, passAny: null, passAll: null });
    expect(latency).not.toHaveProperty('repeated');
  });
  it('has percentiles for what is measured', () => {
    const cells = cases.map(({ id }, index) => cell(id, 0, 'latency:total', index + 1));
    const [latency] = summarize(cases, [], cells, metricsNamed(['latency:total']), 1).metrics;
    expect(latency?.percentiles).toEqual({ p50: 6, p90: 11, p95: 12, p99: 12 });
  });
  it('scores suite metrics over answers without an error, by tag too', () => {
    const answers = cases.map(({ id, answerable }, index) =>
      record(id, index === 11 ? null : answerable && index !== 0 ? recordedAnswer('x') : refusedAnswer()),
    );
    const { metrics, tags } = summarize(cases, answers, [], metricsNamed(['abstentionPrecision', 'aurc']), 1);
    expect(metrics[0]).toMatchObject({ metric: 'abstentionPrecision', ok: 11, na: 0, errors: 1 });
    expect(metrics[0]?.value).toBeCloseTo(5 / 6, 12);
    expect(metrics[0]?.interval?.[1]).toBe(1);
    expect(tags.early?.[0]?.value).toBeCloseTo(3 / 4, 12);
    // Nothing says what a right answer is.
    expect(metrics[1]).toMatchObject({ value: null, interval: null, ok: 0, na: 11 });
  });
  it('is null where nothing is defined, and the same for the same seed', () => {
    const nothing = summarize(cases, [], [], metricsNamed(['correct', 'aurc']), 1);
    expect(nothing.metrics.map(({ value }) => value)).toEqual([null, null]);
    const cells = cases.map(({ id }, index) => cell(id, 0, 'tokenF1', index / 12));
    const run = (seed: number) => JSON.stringify(summarize(cases, [], cells, metricsNamed(['tokenF1']), seed));
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });
});
