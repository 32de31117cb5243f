import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { answerInText } from '../evals/metrics/answer-in-text.ts';
import { auroc } from '../evals/metrics/auroc.ts';
import { expectedCalibrationError } from '../evals/metrics/calibration.ts';
import { answerExtractively } from '../src/chains/answer-extractively.ts';
import {
  applyCurve,
  type ConfidenceCurve,
  type ConfidenceFit,
  oddsOfHolding,
} from '../src/chains/confidence/confidence-model.ts';
import { mapSides, type RefusalSide } from '../src/chains/refuse/refusal-features.ts';
import { createRefusalModel } from '../src/chains/refuse/refusal-model.ts';
import { createBuiltInLocator } from '../src/models/locator/built-in-locator.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import { createCachedEmbedder } from './fit-ranker/cached-embedder.ts';
import { type JudgedQuestion, judgeQuestions, toolsOf } from './fit-refusal/judge-set.ts';
import { openLibrary } from './fit-refusal/library.ts';
import { type QuestionSet, readQuestionSet, readQuestionSets } from './fit-refusal/read-questions.ts';

/**
 * Fits how confidence follows from the refusal probability, on the sample questions that are answered, and writes
 * src/chains/confidence/confidence-fit.json. Prints the calibration error on the halves that a fit has not seen, and with FOLDER that of the
 * sets below it, which it was not fitted on. Usage: npm run fit:confidence -- [FOLDER] [--cache DIR] [--most 450] [--check]
 */
const output = resolve(import.meta.dirname, '../src/chains/confidence/confidence-fit.json');
const sampleFolder = resolve(import.meta.dirname, '../datasets/handbook');
/** Halves are drawn this often. */
const splits = 50;
/** Answers of a group, and for how many answers the share of all counts in it. */
const groupSize = 25;
const pull = 10;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: '.cache/fit-ranker' },
    most: { type: 'string', default: '450' },
    check: { type: 'boolean', default: false },
  },
});
const own = createMiniLmEmbedder({ threads: 2 });
const embedder = createCachedEmbedder(own, options.cache);
const locator = createBuiltInLocator();
const countTokens = createTokenCounter();
const signal = new AbortController().signal;
const { judge } = createRefusalModel(null);

interface GivenAnswer {
  readonly refusalProbability: number;
  readonly groundedness: number;
  readonly right: boolean;
}

const reading = { most: Number(options.most), countTokens };
const sample = await readQuestionSet(sampleFolder, { ...reading, most: Number.POSITIVE_INFINITY });
const given = {
  located: await answersOf(sample, 'located'),
  hybrid: await answersOf(sample, 'hybrid'),
  lexical: await answersOf(sample, 'lexical'),
};
const fit: ConfidenceFit = {
  fittedAt: new Date().toISOString().slice(0, 10),
  dataHash: sample.hash,
  answers: given.located.length,
  curves: mapSides((side) => fitCurve(given[side])),
};
for (const [side, answers] of Object.entries(given)) reportHalves(side, answers);
if (positionals[0])
  for (const set of await readQuestionSets(positionals[0], reading)) {
    const answers = await answersOf(set, 'located');
    console.log(`${set.name}, not fitted on: ${describe(answers, fit.curves.located)}`);
  }
await own.close();
await locator.close();
if (!options.check) writeFileSync(output, `${JSON.stringify(fit, null, 2)}\n`);

/** The answers to the questions that the refusal model lets through. */
async function answersOf({ documents, questions }: QuestionSet, side: RefusalSide): Promise<GivenAnswer[]> {
  const library = await openLibrary(documents, { embedder, countTokens, signal });
  const answers: GivenAnswer[] = [];
  for (const judged of await judgeQuestions(library, questions, { ...toolsOf(side, { embedder, locator }), signal })) {
    const { probability, threshold } = judge(judged.features, side);
    if (probability > threshold) continue;
    const answer = await answerTo(judged);
    if (answer) answers.push({ ...answer, refusalProbability: probability });
  }
  return answers;
}

/** Null when nothing is said, or when nobody knows whether it is right. */
async function answerTo({
  question,
  evidence,
}: JudgedQuestion): Promise<Omit<GivenAnswer, 'refusalProbability'> | null> {
  let text = '';
  const scores: number[] = [];
  for await (const event of answerExtractively({ ...evidence, mode: 'strict', locale: null, maxQuotes: 8 }, signal)) {
    if (event.type === 'text-delta') text += event.text;
    if (event.type === 'sentence-finished') scores.push(event.groundedness);
  }
  const golds = question.goldSentences.length > 0 ? question.goldSentences : question.answers;
  const right = question.answerable === false ? 0 : answerInText(text, golds);
  if (scores.length === 0 || right === null) return null;
  return { groundedness: scores.reduce((sum, score) => sum + score, 0) / scores.length, right: right === 1 };
}

/**
 * Isotonic regression over groups of neighbouring answers, each pulled a little to the share of all. Groups are large, because ten bins of few
 * answers have an error by chance alone: a curve that is right everywhere shows about .1 on 75 answers.
 */
function fitCurve(answers: readonly GivenAnswer[]): ConfidenceCurve {
  const ordered = answers
    .map(({ refusalProbability, right }) => ({ odds: oddsOfHolding(refusalProbability), right: right ? 1 : 0 }))
    .sort((one, other) => one.odds - other.odds);
  const groups = Math.max(1, Math.round(ordered.length / groupSize));
  const steps: { from: number; right: number; size: number }[] = [];
  for (let group = 0; group < groups; group += 1) {
    const at = (index: number) => Math.round((index * ordered.length) / groups);
    const members = ordered.slice(at(group), at(group + 1));
    const from = group === 0 ? oddsOfHolding(1) : (members[0]?.odds ?? 0);
    steps.push({ from, right: members.reduce((sum, { right }) => sum + right, 0), size: members.length });
    mergeFalling(steps);
  }
  const overall = ordered.reduce((sum, { right }) => sum + right, 0) / Math.max(1, ordered.length);
  return steps.map(({ from, right, size }) => ({ from, share: (right + pull * overall) / (size + pull) }));
}

/** Joins the last steps as long as the later one is not the surer one. */
function mergeFalling(steps: { from: number; right: number; size: number }[]): void {
  for (let last = steps.at(-1), before = steps.at(-2); last && before; last = steps.at(-1), before = steps.at(-2)) {
    if (before.right / before.size < last.right / last.size) return;
    steps.splice(-2, 2, { from: before.from, right: before.right + last.right, size: before.size + last.size });
  }
}

/** The error on each half by the fit of the other, over many ways of halving. */
function reportHalves(side: string, answers: readonly GivenAnswer[]): void {
  const errors: number[] = [];
  const before: number[] = [];
  for (let split = 1; split <= splits; split += 1) {
    const shuffled = shuffle(answers, split);
    const middle = Math.floor(shuffled.length / 2);
    for (const [seen, unseen] of [
      [shuffled.slice(0, middle), shuffled.slice(middle)],
      [shuffled.slice(middle), shuffled.slice(0, middle)],
    ] as const) {
      errors.push(errorOf(unseen, fitCurve(seen)));
      before.push(errorOf(unseen, null));
    }
  }
  const sorted = errors.toSorted((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]?.toFixed(3);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  console.log(
    `${side}: ${answers.length} answers, error on unseen halves ${mean(errors).toFixed(3)} (middle ${at(0.5)}, 90 % below ${at(0.9)}), ` +
      `without a fit ${mean(before).toFixed(3)}`,
  );
  console.log(`${side}: ${describe(answers, fitCurve(answers))} on all`);
}

function describe(answers: readonly GivenAnswer[], curve: ConfidenceCurve): string {
  const right = answers.filter((answer) => answer.right).length;
  const ranking = auroc(answers.map((answer) => ({ score: confidence(answer, curve), positive: answer.right })));
  return `${answers.length} answers, ${right} right, error ${errorOf(answers, curve).toFixed(3)}, AUROC of right ${ranking?.toFixed(3)}`;
}

function errorOf(answers: readonly GivenAnswer[], curve: ConfidenceCurve | null): number {
  return (
    expectedCalibrationError(
      answers.map((answer) => ({ confidence: confidence(answer, curve), right: answer.right })),
    ) ?? 0
  );
}

function confidence({ refusalProbability, groundedness }: GivenAnswer, curve: ConfidenceCurve | null): number {
  return (curve ? applyCurve(curve, refusalProbability) : 1 - refusalProbability) * groundedness;
}

/** The same order for the same seed. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return items
    .map((item) => ({ item, key: next() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
