import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { AnswerRecord, RecordedAnswer } from '../evals/answer-record.ts';
import { EvalCase } from '../evals/case.ts';
import type { Cell } from '../evals/metric.ts';
import { type GateResult, type MetricSummary, type RunPlan, type RunSummary, runFiles } from '../evals/summary.ts';
import { createRandom, type Random } from '../src/domain/random.ts';

export interface RunFolderOptions {
  readonly cases?: number;
  readonly repeats?: number;
  /** Of the cases themselves: two runs with the same one were asked the same. */
  readonly dataset?: number;
  /** Of what came of them. */
  readonly seed?: number;
  /** Share of cases that are worse than the dataset makes them. */
  readonly drop?: number;
  /** Share of answers that are errors. */
  readonly failing?: number;
  /** Stands in every text of the run. */
  readonly text?: string;
  readonly gates?: readonly GateResult[];
}

type Needed = Required<RunFolderOptions>;

const metrics = [
  { metric: 'recall@10', group: 'retrieval', better: 'higher', unit: 'share' },
  { metric: 'ndcg@10', group: 'retrieval', better: 'higher', unit: 'share' },
  { metric: 'answerInText', group: 'correctness', better: 'higher', unit: 'share' },
  { metric: 'groundednessMean', group: 'groundedness', better: 'higher', unit: 'share' },
  { metric: 'citationF1', group: 'citations', better: 'higher', unit: 'share' },
  { metric: 'fabricatedQuotes', group: 'citations', better: 'lower', unit: 'count' },
  { metric: 'latency:total', group: 'operations', better: 'lower', unit: 'milliseconds' },
  { metric: 'cost', group: 'operations', better: 'lower', unit: 'dollars' },
] as const satisfies readonly Partial<MetricSummary>[];

const tags = ['billing', 'access', 'storage', 'support', 'security', 'mobile'];
const subjects = ['refunds', 'seats', 'backups', 'tickets', 'passwords', 'sync'];
const openings = ['How long do', 'Who may change', 'What happens to', 'Where do I find', 'When can I cancel', 'Why do'];

/**
 * Writes the folder of a made-up run that has ended, the same for the same options. Without a gate in `gates`, and with intervals that
 * are rough: what is tested with it reads them and does not compute them.
 */
export async function writeRunFolder(folder: string, options: RunFolderOptions = {}): Promise<void> {
  const needed = {
    cases: 40,
    repeats: 1,
    dataset: 1,
    seed: 1,
    drop: 0,
    failing: 0,
    text: '',
    gates: [],
    ...options,
  } satisfies Needed;
  await mkdir(folder, { recursive: true });
  const cells: Cell[] = [];
  const usage = { inputTokens: 0, outputTokens: 0, calls: 0, cost: 0 };
  let errors = 0;
  const write = (name: string, lines: Iterable<object>) =>
    pipeline(
      Readable.from(
        (function* () {
          for (const line of lines) yield `${JSON.stringify(line)}\n`;
        })(),
      ),
      createWriteStream(join(folder, name)),
    );
  await write(runFiles.cases, each(needed, madeCase));
  await write(
    runFiles.answers,
    answersOf(needed, (record, scores) => {
      cells.push(...scores);
      if (record.error) errors += 1;
      usage.inputTokens += record.answer?.usage.inputTokens ?? 0;
      usage.outputTokens += record.answer?.usage.outputTokens ?? 0;
      usage.calls += record.answer?.usage.calls ?? 0;
      usage.cost += record.answer?.cost ?? 0;
    }),
  );
  await write(runFiles.cells, cells);
  const tagOf = new Map([...each(needed, madeCase)].map(({ id, tags: [tag = ''] }) => [id, tag]));
  const summary: RunSummary = {
    suite: named(needed, 'support'),
    cases: needed.cases,
    repeats: needed.repeats,
    errors,
    state: 'complete',
    metrics: summarize(cells),
    tags: Object.fromEntries(
      [...new Set(tagOf.values())]
        .sort()
        .map((tag) => [tag, summarize(cells.filter(({ case: id }) => tagOf.get(id) === tag))]),
    ),
    gates: [...needed.gates],
    usage,
  };
  const hash = createHash('sha256').update(`${needed.dataset} ${needed.cases}`).digest('hex');
  const plan: RunPlan = {
    format: 1,
    id: createHash('sha256').update(JSON.stringify(needed)).digest('hex').slice(0, 16),
    suite: named(needed, 'support'),
    suiteHash: 'a'.repeat(64),
    dataset: { hash, cases: needed.cases },
    target: { kind: 'footnote', identity: named(needed, `extractive ${needed.seed}`) },
    metrics: metrics.map(({ metric }) => ({ name: metric, version: 1 })),
    repeats: needed.repeats,
    seed: 7,
    startedAt: '2026-05-04T08:00:00.000Z',
  };
  await writeFile(join(folder, runFiles.plan), `${JSON.stringify(plan, null, 2)}\n`);
  await writeFile(join(folder, runFiles.summary), `${JSON.stringify(summary, null, 2)}\n`);
}

const named = ({ text }: Needed, name: string) => (text === '' ? name : `${name} ${text}`);

function* each<T>(options: Needed, make: (index: number, options: Needed) => T): Generator<T> {
  for (let index = 0; index < options.cases; index += 1) yield make(index, options);
}

const pick = (list: readonly string[], index: number) => list[index % list.length] ?? '';

function madeCase(index: number, options: Needed): EvalCase {
  const document = Math.floor(index / 2);
  return EvalCase.parse({
    id: named(options, `case-${String(index + 1).padStart(5, '0')}`),
    question: named(options, `${pick(openings, index * 5 + document)} ${pick(subjects, index)} of plan ${document}?`),
    history:
      index % 9 === 4
        ? [{ question: named(options, 'What is a plan?'), answer: named(options, 'What you pay for.') }]
        : [],
    answers: [named(options, `${10 + (index % 40)} days`)],
    answerable: index % 8 !== 7,
    gold_docs: [{ id: `plans/plan-${document}.md` }],
    tags: [named(options, pick(tags, index)), ...(index % 5 === 0 ? ['long'] : [])],
    cluster: `plans/plan-${document}.md`,
  });
}

function* answersOf(
  options: Needed,
  onRecord: (record: AnswerRecord, cells: readonly Cell[]) => void,
): Generator<AnswerRecord> {
  for (let index = 0; index < options.cases; index += 1) {
    const ease = createRandom(options.dataset * 7_919 + index).next();
    for (let repeat = 0; repeat < options.repeats; repeat += 1) {
      const random = createRandom(options.seed * 104_729 + index * 31 + repeat);
      const question = madeCase(index, options);
      const isError = random.next() < options.failing;
      const isWorse = random.next() < options.drop;
      const quality = Math.max(0, Math.min(1, (isWorse ? 0.2 : 0.55) + 0.45 * ease + 0.1 * (random.next() - 0.5)));
      const answer = isError ? null : madeAnswer(index, question, quality, random, options);
      const record = {
        case: question.id,
        repeat,
        key: createHash('sha256').update(`${index} ${repeat}`).digest('hex'),
        answer,
        error: isError
          ? { code: 'MODEL_UNAVAILABLE', detail: named(options, 'The model server does not answer.') }
          : null,
      };
      onRecord(record, madeCells(record, quality, random, options));
      yield record;
    }
  }
}

function madeAnswer(
  index: number,
  question: EvalCase,
  quality: number,
  random: Random,
  options: Needed,
): RecordedAnswer {
  const isRefused = question.answerable === false ? random.next() < 0.8 : quality < 0.45;
  const document = `plans/plan-${Math.floor(index / 2)}.md`;
  const days = quality > 0.6 ? 10 + (index % 40) : 3;
  const sentence = named(options, `You have ${days} days for ${pick(subjects, index)}.`);
  const before = named(options, `# Plan ${index}\n\nThis page says what each plan holds, and for how long.\n\n`);
  const quote = {
    number: 1,
    text: sentence,
    document,
    title: named(options, `Plan ${index}`),
    uri: null,
    start: before.length,
    end: before.length + sentence.length,
    found: 'at-offsets' as const,
    before,
    after: named(options, '\n\nAsk us when in doubt.'),
  };
  const at = '2026-05-04T08:00:00.000Z';
  const total = 40 + random.next() ** 3 * 900;
  const shown = isRefused ? [] : [quote];
  return {
    state: isRefused ? 'refused' : 'finished',
    model: named(options, 'extractive'),
    mode: 'strict',
    text: isRefused ? '' : `${sentence} [1]`,
    sentences: isRefused ? [] : [{ text: sentence, citations: [1], groundedness: quality }],
    quotes: shown,
    refusal: isRefused
      ? { reason: 'weak-evidence', message: named(options, 'Your sources do not answer this.') }
      : null,
    confidence: isRefused ? null : Math.max(0, Math.min(1, quality + 0.2 * (random.next() - 0.5))),
    refusalProbability: Math.max(0, Math.min(1, 1 - quality)),
    retrieved: Array.from({ length: 10 }, (_, rank) => ({
      document:
        rank === Math.floor((1 - quality) * 12) ? document : `plans/plan-${((index * 7 + rank * 13) % 500) + 1_000}.md`,
      title: named(options, `Plan ${index} ${rank}`),
      score: 0.9 - rank / 20,
      text: rank === 0 ? named(options, `${before}${sentence}`) : null,
      start: null,
      end: null,
    })),
    latency: { firstEvent: 1, firstSentence: total * 0.6, total, retrieve: total * 0.3, write: total * 0.5 },
    usage: { inputTokens: 400 + (index % 90), outputTokens: isRefused ? 0 : 30, calls: 1 },
    cost: 0.0001 * (1 + random.next()),
    cached: false,
    degraded: index % 33 === 5 ? [named(options, 'embed')] : [],
    withheld: [],
    events: [
      {
        type: 'answer-started',
        sequence: 0,
        at,
        answerId: `ans_${index}`,
        conversationId: `cnv_${index}`,
        question: question.question,
        mode: 'strict',
        model: named(options, 'extractive'),
      },
      ...(isRefused
        ? [
            {
              type: 'answer-refused' as const,
              sequence: 1,
              at,
              reason: 'weak-evidence' as const,
              message: named(options, 'Your sources do not answer this.'),
              nearest: [],
            },
          ]
        : [
            {
              type: 'sentence-finished' as const,
              sequence: 1,
              at,
              sentence: 0,
              text: sentence,
              citations: [1],
              groundedness: quality,
            },
          ]),
    ],
  };
}

function madeCells(record: AnswerRecord, quality: number, random: Random, options: Needed): Cell[] {
  const { answer } = record;
  const cell = (metric: string, value: number | null, reason = 'The answer is a refusal.'): Cell => ({
    case: record.case,
    repeat: record.repeat,
    metric,
    status: record.error ? 'error' : value === null ? 'na' : 'ok',
    value: record.error ? null : value,
    reason: record.error ? named(options, record.error.detail) : value === null ? named(options, reason) : null,
    evidence: options.text === '' ? [] : [options.text],
  });
  const given = answer?.state === 'finished';
  return [
    cell('recall@10', quality > 0.65 ? 1 : 0),
    cell('ndcg@10', quality),
    cell('answerInText', given ? Number(quality > 0.6) : null),
    cell('groundednessMean', given ? quality : null),
    cell('citationF1', given ? Math.min(1, quality + 0.1 * random.next()) : null),
    cell('fabricatedQuotes', 0),
    cell('latency:total', answer?.latency.total ?? null),
    cell('cost', answer?.cost ?? null),
  ];
}

function summarize(cells: readonly Cell[]): MetricSummary[] {
  return metrics.map((described) => {
    const own = cells.filter(({ metric }) => metric === described.metric);
    const values = own
      .flatMap(({ status, value }) => (status === 'ok' && value !== null ? [value] : []))
      .sort((a, b) => a - b);
    const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread =
      mean === null ? 0 : Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / values.length;
    const at = (share: number) => values[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? 0;
    return {
      ...described,
      value: mean,
      interval: mean === null ? null : [mean - 1.96 * spread, mean + 1.96 * spread],
      ok: values.length,
      na: own.filter(({ status }) => status === 'na').length,
      errors: own.filter(({ status }) => status === 'error').length,
      percentiles:
        described.unit === 'milliseconds' || described.unit === 'dollars'
          ? { p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) }
          : null,
    };
  });
}
