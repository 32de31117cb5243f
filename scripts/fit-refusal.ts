import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auroc } from '../evals/metrics/auroc.ts';
import { mapSides, namesOfSide, type RefusalSide, refusalFeatures } from '../src/chains/refuse/refusal-features.ts';
import type { RefusalFit, RefusalWeights } from '../src/chains/refuse/refusal-model.ts';
import { createBuiltInLocator } from '../src/models/locator/built-in-locator.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import { createCachedEmbedder } from './fit-ranker/cached-embedder.ts';
import { type JudgedQuestion, judgeQuestions, toolsOf } from './fit-refusal/judge-set.ts';
import { openLibrary } from './fit-refusal/library.ts';
import { type Example, fitLogistic, predict } from './fit-refusal/logistic.ts';
import { readQuestionSet, readQuestionSets } from './fit-refusal/read-questions.ts';

/**
 * Fits the refusal model on the sample questions and on the sets below FOLDER that have questions without an answer, and writes
 * src/chains/refuse/refusal-fit.json with the AUROC of each set in five folds and by weights fitted on the others.
 * Usage: npm run fit:refusal -- FOLDER [--cache DIR] [--most 450] [--check]; with --check nothing is written.
 */
const output = resolve(import.meta.dirname, '../src/chains/refuse/refusal-fit.json');
const sampleFolder = resolve(import.meta.dirname, '../datasets/handbook');
const sample = 'handbook';
const folds = 5;
const penalty = 4;
/** Answerable questions of the sample that may be refused, at most. */
const targetOverRefusal = 0.06;
/** An answer to a question that has nothing to do with the documents is worse than one beside the point. */
const outOfScopeWeight = 2;
/** The sample is what the product meets: questions of people who work, over manuals. Each other set counts 1. */
const sampleWeight = 3;
const setSize = 200;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cache: { type: 'string', default: '.cache/fit-ranker' },
    most: { type: 'string', default: '450' },
    check: { type: 'boolean', default: false },
  },
});
const [root] = positionals;
if (!root) throw new Error('Name the folder that holds the sets.');
const own = createMiniLmEmbedder({ threads: 2 });
const embedder = createCachedEmbedder(own, options.cache);
const locator = createBuiltInLocator();
const countTokens = createTokenCounter();
const signal = new AbortController().signal;

interface JudgedSet {
  readonly name: string;
  readonly hash: string;
  readonly judged: Readonly<Record<RefusalSide, readonly JudgedQuestion[]>>;
}

const reading = { most: Number(options.most), countTokens };
const sets: JudgedSet[] = [];
for (const { name, hash, documents, questions } of [
  await readQuestionSet(sampleFolder, { ...reading, most: Number.POSITIVE_INFINITY }),
  ...(await readQuestionSets(root, reading)),
]) {
  const library = await openLibrary(documents, { embedder, countTokens, signal });
  const judgedBy = (side: RefusalSide) =>
    judgeQuestions(library, questions, { ...toolsOf(side, { embedder, locator }), signal });
  const judged = {
    located: await judgedBy('located'),
    hybrid: await judgedBy('hybrid'),
    lexical: await judgedBy('lexical'),
  };
  sets.push({ name, hash, judged });
  console.log(`read ${name}: ${questions.length} questions`);
}
await own.close();
await locator.close();

const sides = mapSides(fitSide);
const fit: RefusalFit = {
  fittedAt: new Date().toISOString().slice(0, 10),
  dataHash: `sha256:${createHash('sha256')
    .update(sets.map(({ hash }) => hash).join())
    .digest('hex')}`,
  questions: sets.reduce((sum, { judged }) => sum + judged.hybrid.length, 0),
  sets: Object.fromEntries(
    sets.map(({ name, hash }) => [name, { hash, figures: mapSides((side) => sides[side].figuresOf(name)) }]),
  ),
  weights: mapSides((side) => sides[side].weights),
};
if (!options.check) writeFileSync(output, `${JSON.stringify(fit, null, 2)}\n`);

interface Case extends Example {
  readonly category: string;
  readonly fold: number;
}

function fitSide(side: RefusalSide) {
  const names = namesOfSide(side);
  const signs = names.map((name) => refusalFeatures[name]);
  const cases = sets.flatMap((set) => casesOf(set, side));
  const fitOn = (some: readonly Case[]) => fitLogistic(some, { penalty, signs });
  const whole = fitOn(cases);
  const foldFits = Array.from({ length: folds }, (_, fold) => fitOn(cases.filter((each) => each.fold !== fold)));
  const unseen = (each: Case) => predict(foldFits[each.fold] ?? whole, each.features, each.set);
  const figuresOf = (name: string) => {
    const ofSet = cases.filter((each) => each.set === name);
    const others = cases.filter((each) => each.set !== name);
    const byOthers = others.length > 0 ? fitOn(others) : null;
    const leftOut = byOthers && rankingOf(ofSet, (each) => predict(byOthers, each.features, ''));
    const figures = { folds: rankingOf(ofSet, unseen), leftOut };
    console.log(`${side} ${name}: AUROC ${JSON.stringify(figures)}`);
    return figures;
  };
  const threshold = report(
    side,
    cases.filter(({ set }) => set === sample),
    {
      fitted: (each) => predict(whole, each.features, each.set),
      unseen,
    },
  );
  const features = Object.fromEntries(
    names.flatMap((name, index) => (whole.columns[index] ? [[name, whole.columns[index]]] : [])),
  );
  const weights: RefusalWeights = { intercept: whole.intercepts.get(sample) ?? 0, features, threshold };
  return { weights, figuresOf };
}

/** Both labels of a set weigh the same, and each set as much as another but for the sample. */
function casesOf(set: JudgedSet, side: RefusalSide): Case[] {
  const places = new Map<string, number>();
  const judged = set.judged[side];
  const withLabel = (answerable: boolean) =>
    judged.filter(({ question }) => (question.answerable ?? true) === answerable).length;
  return judged.map(({ question, features, nearest }) => {
    if (!places.has(nearest)) places.set(nearest, places.size);
    const answerable = question.answerable ?? true;
    const share = ((set.name === sample ? sampleWeight : 1) * setSize) / 2 / withLabel(answerable);
    return {
      features: namesOfSide(side).map((name) => features[name]),
      label: answerable ? 0 : 1,
      weight: share * (question.category === 'out-of-scope' ? outOfScopeWeight : 1),
      set: set.name,
      category: question.category ?? '',
      fold: (places.get(nearest) ?? 0) % folds,
    };
  });
}

function rankingOf(cases: readonly Case[], probability: (each: Case) => number): number {
  return auroc(cases.map((each) => ({ score: probability(each), positive: each.label === 1 }))) ?? 0;
}

/** Prints what of the sample is refused at the threshold, by the whole fit and by those of the folds; gives the threshold. */
function report(
  side: RefusalSide,
  cases: readonly Case[],
  by: { readonly fitted: (each: Case) => number; readonly unseen: (each: Case) => number },
): number {
  const threshold = quantile(cases.filter(({ label }) => label === 0).map(by.fitted), 1 - targetOverRefusal);
  console.log(`${side}: threshold ${threshold.toFixed(3)}`);
  for (const [category, group] of Map.groupBy(cases, (each) => each.category)) {
    const refused = (probability: (each: Case) => number) =>
      group.filter((each) => probability(each) > threshold).length;
    console.log(`  ${category}: ${refused(by.fitted)} of ${group.length} refused, in folds ${refused(by.unseen)}`);
  }
  return threshold;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0.5;
}
