import type { Answer, AnswerEvent } from '../src/domain/answer.ts';
import { AppError } from '../src/domain/errors.ts';
import type { RecordedAnswer } from './answer-record.ts';
import type { EvalCase } from './case.ts';
import { answerInText } from './metrics/answer-in-text.ts';
import { auroc } from './metrics/auroc.ts';
import { type ConfidenceCase, expectedCalibrationError } from './metrics/calibration.ts';
import { citationScores, type Entails } from './metrics/citations.ts';
import { type CitedQuote, type GoldQuote, goldQuotesHeld } from './metrics/gold-quotes.ts';
import { percentile } from './metrics/percentile.ts';
import { type AnswerSources, recordAnswer } from './targets/record-answer.ts';

/** A question with what is known of its answer; unknown fields are null or empty. */
export interface AnswerCase {
  readonly id: string;
  readonly text: string;
  readonly answerable: boolean | null;
  readonly category: string | null;
  readonly answers: readonly string[];
  readonly goldSentences: readonly string[];
  readonly goldQuotes: readonly GoldQuote[];
  /** Exact stretches of documents that hold the answer; empty where a set has none. */
  readonly excerpts: readonly Excerpt[];
  readonly history: readonly { question: string; answer: string }[];
}

/** `start` is the UTF-16 offset of `text` in the file `document`, named by its path below the folder. */
export interface Excerpt {
  readonly document: string;
  readonly text: string;
  readonly start: number;
}

/** What is asked of a target. */
export type AskedQuestion = Pick<EvalCase, 'question' | 'history' | 'groups' | 'tenant'>;

/** What the suite needs of the system under test. */
export interface AnswerTarget extends AnswerSources {
  ask(question: AskedQuestion, signal: AbortSignal): AsyncIterable<AnswerEvent>;
  readonly entails: Entails;
}

type Measured = { readonly [metric: string]: number | null };

export interface CaseResult {
  readonly id: string;
  readonly category: string | null;
  readonly answerable: boolean | null;
  readonly state: Answer['state'];
  readonly text: string;
  /** Quotes with the name under which their document was added. */
  readonly cited: readonly CitedQuote[];
  /** External ids of the documents of the retrieved passages, best first. */
  readonly retrieved: readonly string[];
  readonly refusalProbability: number | null;
  /** Of an answer that was given. */
  readonly confidence: number | null;
  readonly quotes: number;
  readonly fabricated: number;
  readonly misplaced: number;
  readonly metrics: Measured;
  readonly error: string | null;
}

export interface AnswersReport {
  readonly questions: number;
  readonly errors: number;
  readonly cases: readonly CaseResult[];
  readonly [metric: string]: unknown;
}

/**
 * Asks each question and scores the answers. Means are over the questions for which a metric is defined, refusals excluded from
 * all but the abstention metrics; an answer that failed is an error and never a 0.
 */
export async function evaluateAnswers(
  target: AnswerTarget,
  cases: readonly AnswerCase[],
  { signal, onProgress }: { signal: AbortSignal; onProgress: (done: number, total: number) => void },
): Promise<AnswersReport> {
  const results: CaseResult[] = [];
  for (const question of cases) {
    signal.throwIfAborted();
    results.push(await measureCase(target, question, signal));
    onProgress(results.length, cases.length);
  }
  return summarize(results);
}

async function measureCase(target: AnswerTarget, question: AnswerCase, signal: AbortSignal): Promise<CaseResult> {
  const asked = { question: question.text, history: [...question.history], groups: [] };
  const answer = await recordAnswer(target.ask(asked, signal), target).catch((error: unknown) => AppError.from(error));
  if (answer instanceof AppError) return { ...unmeasured(question), error: answer.code };
  const cited = answer.quotes.map(({ document, text }) => ({ document, text }));
  const { firstEvent, firstSentence, total } = answer.latency;
  const latency = { firstEventMs: firstEvent, firstSentenceMs: firstSentence, totalMs: total };
  return {
    ...unmeasured(question),
    state: answer.state,
    text: answer.text,
    cited,
    retrieved: [...new Set(answer.retrieved.map(({ document }) => document))],
    refusalProbability: answer.refusalProbability,
    confidence: answer.confidence,
    quotes: answer.quotes.length,
    fabricated: answer.quotes.filter(({ found }) => found === 'nowhere' || found === 'unknown').length,
    misplaced: answer.quotes.filter(({ found }) => found === 'elsewhere').length,
    metrics: {
      ...Object.fromEntries(Object.entries(latency).map(([name, value]) => [name, value ?? null])),
      ...(answer.state === 'finished' ? scoreAnswer(target, question, answer, cited) : {}),
    },
  };
}

function unmeasured({ id, category, answerable }: AnswerCase): CaseResult {
  return {
    id,
    category,
    answerable,
    state: 'failed',
    text: '',
    cited: [],
    retrieved: [],
    refusalProbability: null,
    confidence: null,
    quotes: 0,
    fabricated: 0,
    misplaced: 0,
    metrics: {},
    error: null,
  };
}

function scoreAnswer(
  target: AnswerTarget,
  question: AnswerCase,
  answer: RecordedAnswer,
  quotes: readonly CitedQuote[],
): Measured {
  const golds = question.goldSentences.length > 0 ? question.goldSentences : question.answers;
  const firstTwo = answer.sentences.slice(0, 2).map((sentence) => sentence.text);
  const citations = citationScores(answer, target.entails);
  const held = goldQuotesHeld(quotes, question.goldQuotes);
  return {
    answerInText: question.answerable === false ? null : answerInText(answer.text, golds),
    answerInFirstTwo: question.answerable === false ? null : answerInText(firstTwo.join(' '), golds),
    goldQuoteHeld: held === null ? null : Number(held > 0),
    allGoldQuotesHeld: held === null ? null : Number(held === 1),
    groundedness: mean(answer.sentences.flatMap((sentence) => sentence.groundedness ?? [])),
    citationPrecision: citations.precision,
    citationRecall: citations.recall,
    sentences: answer.sentences.length,
  };
}

const averaged = [
  'answerInText',
  'answerInFirstTwo',
  'goldQuoteHeld',
  'allGoldQuotesHeld',
  'groundedness',
  'citationPrecision',
  'citationRecall',
  'sentences',
] as const;
const timed = ['firstEventMs', 'firstSentenceMs', 'totalMs'] as const;

function summarize(results: readonly CaseResult[]): AnswersReport {
  const scored = results.filter((result) => result.error === null);
  const values = (metric: string, of = scored) => of.flatMap((result) => result.metrics[metric] ?? []);
  const answerable = scored.filter((result) => result.answerable === true);
  const unanswerable = scored.filter((result) => result.answerable === false);
  const quotes = sum(scored.map((result) => result.quotes));
  const fabricatedQuotes = sum(scored.map((result) => result.fabricated));
  const misplaced = sum(scored.map((result) => result.misplaced));
  return {
    questions: results.length,
    errors: results.length - scored.length,
    answered: rate(answerable, 'finished'),
    refused: rate(unanswerable, 'refused'),
    overRefusal: rate(answerable, 'refused'),
    abstentionAuroc: abstentionAuroc(scored),
    expectedCalibrationError: expectedCalibrationError(scored.flatMap(confidenceCase)),
    fabricatedQuotes,
    offsetsRight: quotes > 0 ? (quotes - fabricatedQuotes - misplaced) / quotes : null,
    quotes,
    ...Object.fromEntries(averaged.map((metric) => [metric, mean(values(metric))])),
    // A wrong refusal counts as 0 here: what a user gets end to end.
    answerInTextEndToEnd: endToEnd(answerable, 'answerInText'),
    goldQuoteHeldEndToEnd: endToEnd(answerable, 'goldQuoteHeld'),
    latency: Object.fromEntries(timed.map((metric) => [metric, percentiles(values(metric))])),
    categories: Object.fromEntries(
      [...Map.groupBy(scored, (result) => result.category ?? 'all')].map(([category, group]) => [
        category,
        {
          questions: group.length,
          answered: rate(group, 'finished'),
          refused: rate(group, 'refused'),
          goldQuoteHeld: mean(values('goldQuoteHeld', group)),
        },
      ]),
    ),
    cases: results,
  };
}

function endToEnd(results: readonly CaseResult[], metric: string): number | null {
  const defined = results.filter((result) => result.state === 'refused' || typeof result.metrics[metric] === 'number');
  return mean(defined.map((result) => result.metrics[metric] ?? 0));
}

function abstentionAuroc(results: readonly CaseResult[]): number | null {
  const judged = results.filter((result) => result.answerable !== null && result.refusalProbability !== null);
  return auroc(
    judged.map((result) => ({ score: result.refusalProbability ?? 0, positive: result.answerable === false })),
  );
}

/** An answer to what cannot be answered is wrong; where a set has no answers, nothing is known of one. */
function confidenceCase({ confidence, answerable, metrics }: CaseResult): ConfidenceCase[] {
  const { answerInText = null } = metrics;
  if (confidence === null) return [];
  if (answerable === false) return [{ confidence, right: false }];
  return answerInText === null ? [] : [{ confidence, right: answerInText === 1 }];
}

function rate(results: readonly CaseResult[], state: Answer['state']): number | null {
  return results.length > 0 ? results.filter((result) => result.state === state).length / results.length : null;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function mean(values: readonly number[]): number | null {
  return values.length > 0 ? sum(values) / values.length : null;
}

/** Milliseconds. */
function percentiles(values: readonly number[]) {
  return { p50: percentile(values, 0.5), p90: percentile(values, 0.9), p99: percentile(values, 0.99) };
}
