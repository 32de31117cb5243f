import type { EvalCase } from '../evals/case.ts';
import { EvalCase as EvalCaseSchema } from '../evals/case.ts';
import { type RunOptions, type RunOutcome, runSuite } from '../evals/engine/run-suite.ts';
import type { CaseMetric, Metric } from '../evals/metric.ts';
import { type LoadedSuite, Suite } from '../evals/suite.ts';
import type { SuiteTarget } from '../evals/suite-target.ts';
import { recordText } from '../evals/targets/text-answer.ts';

/** Cases `c0`, `c1`, …, each with a question of its own. */
export function stubCases(count: number, change: Partial<EvalCase> = {}): EvalCase[] {
  return Array.from({ length: count }, (_, index) =>
    EvalCaseSchema.parse({ id: `c${index}`, question: `What is ${index}?`, answers: [`It is ${index}.`], ...change }),
  );
}

export function stubDataset(cases: readonly EvalCase[]): RunOptions['dataset'] {
  return {
    hash: `sha256:${cases.length}`,
    cases: async function* () {
      for (const [index, one] of cases.entries()) yield { case: one, file: 'cases.jsonl', line: index + 1 };
    },
  };
}

export const stubAnswer = (text: string, cost: number | null = 0) =>
  recordText({
    ...{ model: 'stub', text, isRefusal: text === '', sources: [] },
    ...{ latency: { total: 1 }, usage: { inputTokens: 10, outputTokens: 5, calls: 1 }, cost },
  });

export interface StubTarget extends SuiteTarget {
  /** Questions in the order in which they were asked. */
  readonly asked: readonly string[];
}

/** Answers `It is N.`, unless told otherwise. */
export function stubTarget(change: Partial<SuiteTarget> = {}): StubTarget {
  const asked: string[] = [];
  const { ask = async ({ question }: EvalCase) => stubAnswer(question.replace(/^What is (\d+)\?$/, 'It is $1.')) } =
    change;
  return {
    configuration: 'stub',
    prepare: async () => ({ identity: 'stub' }),
    forecast: () => ({ calls: 1, inputTokens: 10, outputTokens: 5, cost: 0 }),
    close: async () => {},
    ...change,
    asked,
    ask(one, signal) {
      asked.push(one.question);
      return ask(one, signal);
    },
  };
}

/** 1 where the answer is the first of the case, `na` where the case has none. */
export const rightAnswer: CaseMetric = {
  of: 'case',
  name: 'right',
  group: 'correctness',
  description: 'Says what the case wants',
  better: 'higher',
  unit: 'share',
  version: 1,
  score: ({ case: { answers }, answer: { text } }) =>
    answers[0] === undefined
      ? { status: 'na', reason: 'the case has no answer' }
      : { status: 'ok', value: Number(text === answers[0]) },
};

export const answerLength: CaseMetric = {
  ...rightAnswer,
  name: 'length',
  unit: 'count',
  better: 'none',
  score: ({ answer: { text } }) => ({ status: 'ok', value: text.length }),
};

export function stubSuite(change: Partial<LoadedSuite> = {}): LoadedSuite {
  const target = { kind: 'http', url: 'http://127.0.0.1:9/', answer: 'answer' };
  const suite = Suite.parse({ name: 'stub', target, data: { path: 'cases.jsonl' }, metrics: ['right'] });
  return { ...suite, file: 'stub.yaml', ...change };
}

export const wholeSelection = { filters: [], only: null, shard: null, sample: null, limit: null, seed: 1 } as const;

export interface StubRun extends Partial<Omit<RunOptions, 'dataset'>> {
  readonly out: string;
  readonly cases?: readonly EvalCase[];
}

/** Runs a suite of stubs; only what a test is about is given. */
export function runStubSuite({ cases = stubCases(10), ...options }: StubRun): Promise<RunOutcome> {
  const metrics: readonly Metric[] = [rightAnswer, answerLength];
  return runSuite({
    suite: stubSuite(),
    dataset: stubDataset(cases),
    metrics,
    target: stubTarget(),
    selection: wholeSelection,
    repeats: 1,
    resume: false,
    retryErrors: false,
    cache: 'off',
    cacheFolder: `${options.out}.cache`,
    baseline: null,
    firstWaitMilliseconds: 0,
    signal: new AbortController().signal,
    now: () => new Date('2026-01-02T03:04:05Z'),
    progress: { step: () => {}, asking: () => {} },
    ...options,
  });
}
