import type { AnswerRecord, RecordedAnswer, RecordedPassage } from '../evals/answer-record.ts';
import { EvalCase } from '../evals/case.ts';
import { type Answered, type CaseMetric, type Cell, metricGroups, type Score } from '../evals/metric.ts';
import { defaultMetrics } from '../evals/metrics/registry.ts';
import { compareMeans } from '../evals/statistics/compare-means.ts';
import { createSummarizer } from '../evals/statistics/summarize.ts';
import { createRandom } from '../src/domain/random.ts';
import { splitSentences } from '../src/domain/sentences.ts';
import { readHandbook } from './bench/handbook-text.ts';

/**
 * What it takes to score stored answers with all deterministic metrics, to summarise the run and to compare it with another. Seconds of processor
 * time of this process, beside what reading the same answers from JSON takes. `node scripts/bench-metrics.ts [ANSWERS]`.
 */
const count = Number(process.argv[2] ?? 10_000);
const passagesEach = 8;
const passageCharacters = 1_200;
/** Distinct passages that answers draw on, as those to one corpus do. */
const passagesInAll = 2_000;

const text = readHandbook();
const random = createRandom(1);
const passages = Array.from({ length: passagesInAll }, (_, index): RecordedPassage => {
  const from = random.integer(0, text.length - passageCharacters);
  const own = text.slice(from, from + passageCharacters).replaceAll('.', ` ${index}.`);
  return { document: `d${index % 400}`, title: 'T', score: 0.5, text: own, start: from, end: from + own.length };
});

const cases = Array.from({ length: count }, (_, index) => makeCase(index));
const stored = cases.map((own) => JSON.stringify(makeAnswer(own)));
const answers: RecordedAnswer[] = [];
const reading = processorTime(() => {
  for (const line of stored) answers.push(JSON.parse(line));
});
console.log(`${count} answers, seconds of processor time`);
console.log(`  ${'reading them from JSON'.padEnd(28)} ${seconds(reading)}`);

const answered = cases.map((own, index): Answered => ({ case: own, answer: answers[index] as RecordedAnswer }));
const caseMetrics = defaultMetrics.filter((metric) => metric.of === 'case');
const cells: Cell[] = [];
let scoring = 0;
for (const group of metricGroups) {
  const own = caseMetrics.filter((metric) => metric.group === group);
  const taken = processorTime(() => {
    for (const one of answered) for (const metric of own) cells.push(toCell(metric, one));
  });
  scoring += taken;
  console.log(`  ${`${own.length} metrics of ${group}`.padEnd(28)} ${seconds(taken)}`);
}
console.log(`  ${'all metrics'.padEnd(28)} ${seconds(scoring)}   ${(scoring / reading).toFixed(1)} times the reading`);

const records = answers.map((answer, index): AnswerRecord => {
  return { case: cases[index]?.id ?? '', repeat: 0, key: '', answer, error: null };
});
const summing = processorTime(() => {
  const summarizer = createSummarizer(defaultMetrics, 1);
  for (const [index, own] of cases.entries()) {
    summarizer.addCase(own);
    summarizer.addAnswer(own, records[index] as AnswerRecord);
  }
  for (const cell of cells) summarizer.addCell(cell);
  return summarizer.finish();
});
console.log(`  ${'summary with intervals'.padEnd(28)} ${seconds(summing)}`);

const comparisons = caseMetrics.slice(0, 30);
for (const [name, share] of [
  ['where every value differs', 1],
  ['where one in ten differs', 0.1],
] as const) {
  const comparing = processorTime(() => compareAll(share));
  console.log(`  ${`comparison of ${comparisons.length} metrics`.padEnd(28)} ${seconds(comparing)}   ${name}`);
}

function makeCase(index: number): EvalCase {
  return EvalCase.parse({
    id: `c${index}`,
    question: 'What holds of this?',
    answers: ['30 days', 'the team'],
    nuggets: [{ text: 'ask within 30 days' }, { text: 'the plan is changed', vital: false }],
    answerable: index % 5 > 0,
    gold_docs: [{ id: `d${index % 400}` }],
    checks: [{ kind: 'not-contains', value: 'swordfish' }],
    tags: index % 20 === 0 ? ['injection'] : [],

    history: index % 10 === 0 ? [{ question: 'What is a plan?', answer: 'A plan is paid by month.' }] : [],
  });
}

/** Three to five sentences from the passages, one in four with words of another, each citing one quote or two. */
function makeAnswer({ id }: EvalCase): RecordedAnswer {
  const retrieved = Array.from({ length: passagesEach }, () => random.pick(passages));
  const sentences = Array.from({ length: random.integer(3, 5) }, () => sentenceOf(random.pick(retrieved)));
  const quotes = sentences.map((sentence, index) => ({
    number: index + 1,
    text: sentence,
    document: retrieved[index]?.document ?? '',
    title: 'T',
    uri: null,
    start: 0,
    end: sentence.length,
    found: 'at-offsets' as const,
    before: '',
    after: '',
  }));
  const said = sentences.map((sentence, index) => ({
    text: random.next() < 0.25 ? `${sentence} ${id} ${sentences[0]?.slice(0, 30)}` : sentence,
    citations: random.next() < 0.3 ? [index + 1, 1] : [index + 1],
    groundedness: 0.9,
  }));
  return {
    state: random.next() < 0.2 ? 'refused' : 'finished',
    model: 'extractive',
    mode: 'strict',
    text: said.map((sentence) => sentence.text).join(' '),
    sentences: said,
    quotes,
    refusal: null,
    confidence: random.next(),
    refusalProbability: random.next(),
    retrieved,
    latency: { firstSentence: 100 * random.next(), total: 300 * random.next(), retrieve: 20 * random.next() },
    usage: { inputTokens: random.integer(0, 4_000), outputTokens: random.integer(0, 400), calls: 1 },
    cost: random.next() / 100,
    cached: false,
    degraded: [],
    withheld: [],
    events: [],
  };
}

function sentenceOf({ text: source }: RecordedPassage): string {
  const { start, end } = random.pick(splitSentences(source ?? ''));
  return (source ?? '').slice(start, end);
}

function toCell(metric: CaseMetric, one: Answered): Cell {
  const score: Score = metric.score(one);
  return {
    case: one.case.id,
    repeat: 0,
    metric: metric.name,
    status: score.status,
    value: score.status === 'ok' ? score.value : null,
    reason: score.status === 'ok' ? null : score.reason,
    evidence: score.status === 'ok' ? [...(score.evidence ?? [])] : [],
  };
}

/** The run beside itself with so many values changed. */
function compareAll(share: number): void {
  for (const _metric of comparisons) {
    const differences = cases.map(({ cluster = null }) => ({
      value: random.next() < share ? random.next() - 0.5 : 0,
      cluster,
    }));
    compareMeans(differences, { seed: 1 });
  }
}

function processorTime(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function seconds(taken: number): string {
  return taken.toFixed(1).padStart(6);
}
