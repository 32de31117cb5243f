import { AppError } from '../../src/domain/errors.ts';
import { type CaseMetric, type Metric, type MetricGroup, metricGroups } from '../metric.ts';
import { abstentionAuroc } from './abstention/abstention-auroc.ts';
import { abstentionF1 } from './abstention/abstention-f1.ts';
import { abstentionPrecision } from './abstention/abstention-precision.ts';
import { abstentionRecall } from './abstention/abstention-recall.ts';
import { aurc } from './abstention/aurc.ts';
import { confidenceError } from './abstention/confidence-error.ts';
import { coverageAdjusted } from './abstention/coverage-adjusted.ts';
import { falsePremiseHandled } from './abstention/false-premise.ts';
import { overRefusal } from './abstention/over-refusal.ts';
import { unsafeAnswer } from './abstention/unsafe-answer.ts';
import { allGoldQuotesHeld } from './citations/all-gold-quotes-held.ts';
import { citationAccuracy } from './citations/citation-accuracy.ts';
import { citationDensity } from './citations/citation-density.ts';
import { citationF1 } from './citations/citation-f1.ts';
import { citationF1Micro } from './citations/citation-f1-micro.ts';
import { citationPrecision } from './citations/citation-precision.ts';
import { citationRecall } from './citations/citation-recall.ts';
import { danglingCitations } from './citations/dangling-citations.ts';
import { fabricatedQuotes } from './citations/fabricated-quotes.ts';
import { goldQuoteHeld } from './citations/gold-quote-held.ts';
import { goldSourceRecall } from './citations/gold-source-recall.ts';
import { overCitation } from './citations/over-citation.ts';
import { quoteFidelity } from './citations/quote-fidelity.ts';
import { quoteLocation } from './citations/quote-location.ts';
import { quoteVerbatim } from './citations/quote-verbatim.ts';
import { uncitedSentences } from './citations/uncited-sentences.ts';
import { carryOver } from './conversation/carry-over.ts';
import { followUpCorrect } from './conversation/follow-up-correct.ts';
import { followUpRefusal } from './conversation/follow-up-refusal.ts';
import { repeatedSentences } from './conversation/repeated-sentences.ts';
import { answerInTextMetric } from './correctness/answer-in-text.ts';
import { checks } from './correctness/checks.ts';
import { correct } from './correctness/correct.ts';
import { exactMatch } from './correctness/exact-match.ts';
import { expectationsMet } from './correctness/expectations.ts';
import { nuggetRecall } from './correctness/nugget-recall.ts';
import { nuggetRecallStrict } from './correctness/nugget-recall-strict.ts';
import { numericMatch } from './correctness/numeric-match.ts';
import { tokenF1 } from './correctness/token-f1.ts';
import { endToEnd } from './end-to-end.ts';
import { contradictionRate } from './groundedness/contradiction-rate.ts';
import { groundednessCharacters } from './groundedness/groundedness-characters.ts';
import { groundednessMean } from './groundedness/groundedness-mean.ts';
import { groundednessMin } from './groundedness/groundedness-min.ts';
import { groundednessStrict } from './groundedness/groundedness-strict.ts';
import { misattributionRate } from './groundedness/misattribution-rate.ts';
import type { Grounds } from './groundedness/score-claims.ts';
import { unsupportedRate } from './groundedness/unsupported-rate.ts';
import { cacheRate } from './operations/cache-rate.ts';
import { cost } from './operations/cost.ts';
import { degraded } from './operations/degraded.ts';
import { inputTokens } from './operations/input-tokens.ts';
import { latency } from './operations/latency.ts';
import { modelCalls } from './operations/model-calls.ts';
import { outputTokens } from './operations/output-tokens.ts';
import { retries } from './operations/retries.ts';
import { withheldSentences } from './operations/withheld-sentences.ts';
import { allHit } from './retrieval/all-hit.ts';
import { averagePrecision } from './retrieval/average-precision.ts';
import { contextPrecisionRagas } from './retrieval/context-precision.ts';
import { hit } from './retrieval/hit.ts';
import { ndcg } from './retrieval/ndcg.ts';
import { ndcgExponential } from './retrieval/ndcg-exponential.ts';
import { precision } from './retrieval/precision.ts';
import { recall } from './retrieval/recall.ts';
import { mrr } from './retrieval/reciprocal-rank.ts';
import { spanF1 } from './retrieval/span-f1-at.ts';
import { spanPrecision } from './retrieval/span-precision-at.ts';
import { spanRecall } from './retrieval/span-recall-at.ts';
import { forbiddenSources } from './robustness/forbidden-sources.ts';
import { injectionSuccess } from './robustness/injection-success.ts';
import { noiseCorrect } from './robustness/noise-correct.ts';
import { paraphraseConsistency } from './robustness/paraphrase-consistency.ts';
import { paraphraseCorrect } from './robustness/paraphrase-correct.ts';

/** By the name before `@`: metrics at a rank, or at a budget of tokens for those of spans. */
const families: Readonly<Record<string, (parameter: number) => CaseMetric>> = {
  recall,
  precision,
  hit,
  allHit,
  mrr,
  averagePrecision,
  contextPrecisionRagas,
  ndcg,
  ndcgExponential,
  spanRecall,
  spanPrecision,
  spanF1,
};

const grounded = (grounds: Grounds): readonly CaseMetric[] =>
  [
    groundednessMean,
    groundednessStrict,
    groundednessMin,
    groundednessCharacters,
    unsupportedRate,
    contradictionRate,
  ].map((make) => make(grounds));

const byGroup: Readonly<Record<MetricGroup, readonly Metric[]>> = {
  retrieval: [
    ...[1, 5, 10, 20].map(recall),
    ...[1, 5].map(precision),
    ...[1, 5, 10].map(hit),
    ...[5, 10].map(allHit),
    ...[mrr, averagePrecision, contextPrecisionRagas, ndcg, ndcgExponential].map((make) => make(10)),
    ...[spanRecall, spanPrecision, spanF1].map((make) => make(2_000)),
  ],
  correctness: [
    correct,
    exactMatch,
    tokenF1,
    answerInTextMetric,
    numericMatch,
    nuggetRecall,
    nuggetRecallStrict,
    checks,
    expectationsMet,
    ...[tokenF1, answerInTextMetric, nuggetRecall].map(endToEnd),
  ],
  groundedness: [
    ...grounded('quotes'),
    ...grounded('context'),
    misattributionRate,
    endToEnd(groundednessMean('quotes')),
  ],
  citations: [
    citationRecall,
    citationPrecision,
    citationF1,
    citationF1Micro,
    citationAccuracy,
    citationDensity,
    overCitation,
    danglingCitations,
    uncitedSentences,
    fabricatedQuotes,
    quoteVerbatim,
    quoteFidelity,
    quoteLocation,
    goldQuoteHeld,
    allGoldQuotesHeld,
    goldSourceRecall,
    ...[citationF1, goldQuoteHeld].map(endToEnd),
  ],
  abstention: [
    abstentionPrecision,
    abstentionRecall,
    abstentionF1,
    overRefusal,
    unsafeAnswer,
    falsePremiseHandled,
    abstentionAuroc,
    aurc,
    confidenceError,
    coverageAdjusted,
  ],
  conversation: [followUpCorrect, followUpRefusal, carryOver, repeatedSentences],
  robustness: [paraphraseConsistency, paraphraseCorrect, noiseCorrect, injectionSuccess, forbiddenSources],
  operations: [
    ...['firstEvent', 'firstSentence', 'total', 'retrieve', 'evidence', 'answer'].map(latency),
    inputTokens,
    outputTokens,
    modelCalls,
    retries,
    cost,
    cacheRate,
    degraded,
    withheldSentences,
  ],
};

/** Each metric once, those of a family at usual ranks; what a group's name stands for is its part of these. */
export const defaultMetrics: readonly Metric[] = metricGroups.flatMap((group) => byGroup[group]);

const named = new Map(defaultMetrics.map((metric) => [metric.name, metric]));

/**
 * The metrics of these names, each once, in their order. A name is a metric's (`citationRecall`), one of a family at a whole number (`recall@3`), the
 * time of a stage (`latency:retrieve`), the end-to-end form of a case metric (`checksEndToEnd`), or a group (`citations`), which stands for all of the
 * group's default metrics. Throws INVALID_REQUEST for another.
 */
export function metricsNamed(names: readonly string[]): readonly Metric[] {
  const found = names.flatMap(membersOf);
  return [...new Map(found.map((metric) => [metric.name, metric])).values()];
}

function membersOf(name: string): readonly Metric[] {
  const group = metricGroups.find((one) => one === name);
  if (group) return byGroup[group];
  const metric = named.get(name) ?? ofFamily(name) ?? endToEndOf(name);
  if (!metric) throw unknownMetric(name);
  return [metric];
}

function ofFamily(name: string): Metric | null {
  const [, family = '', parameter = ''] = /^(\w+)@([1-9]\d{0,5})$/.exec(name) ?? [];
  const make = Object.hasOwn(families, family) ? families[family] : undefined;
  if (make) return make(Number(parameter));
  const stage = /^latency:(\w+)$/.exec(name)?.[1];
  return stage ? latency(stage) : null;
}

const refusalCounts: readonly MetricGroup[] = ['correctness', 'groundedness', 'citations'];

/** Of metrics that leave refusals out. */
function endToEndOf(name: string): Metric | null {
  const metric = named.get(/^(\w+)EndToEnd$/.exec(name)?.[1] ?? '');
  return metric?.of === 'case' && refusalCounts.includes(metric.group) ? endToEnd(metric) : null;
}

function unknownMetric(name: string): AppError {
  const plain = defaultMetrics.map((metric) => metric.name).filter((known) => !/[@:]/.test(known));
  const expected = [
    ...metricGroups,
    ...Object.keys(families).map((family) => `${family}@K`),
    'latency:STAGE',
    ...plain,
  ];
  return new AppError('INVALID_REQUEST', `There is no metric ${name}.`, {
    errors: [{ field: 'metrics', expected: `one of ${expected.join(', ')}`, received: name }],
  });
}
