import { groundednessFeatures } from '../../src/chains/ground/groundedness-features.ts';
import type { GroundednessWeights } from '../../src/chains/ground/groundedness-model.ts';
import { fitLogistic, type Table } from '../../src/retrieve/rank/fit/logistic.ts';
import type { AnswerSet, ReadAnswer } from './read-answer-set.ts';

/** From a fifth to four times of it no set left out moves by more than .005. */
const penalty = 0.05;
/**
 * The fit sees whole answers, whose features are means over sentences and lie close together; a single sentence is judged more sharply.
 * Chosen by the sets left out: from 2 to 9 times none moves by more than .003.
 */
const sharpness = 3;

/** Fits on the mean features of answers; every set counts the same, and within it both kinds. A weight below 0 is taken out and the rest fitted again. */
export function fitWeights(sets: readonly AnswerSet[]): GroundednessWeights {
  let names = [...groundednessFeatures];
  for (;;) {
    const { intercept, weights } = fitLogistic(tableOf(sets, names), penalty);
    const kept = names.filter((_name, index) => (weights[index] ?? 0) >= 0);
    if (kept.length < names.length) {
      names = kept;
      continue;
    }
    const features = names.map((name, index) => [name, rounded(sharpness * (weights[index] ?? 0))]);
    return { intercept: rounded(-sharpness * intercept), features: Object.fromEntries(features) };
  }
}

function tableOf(sets: readonly AnswerSet[], names: readonly (typeof groundednessFeatures)[number][]): Table {
  const rows = sets.flatMap(({ answers }) => {
    const flawed = answers.filter(({ isUnsupported }) => isUnsupported).length;
    return answers.map((answer) => ({
      values: names.map((name) => meanOf(answer, name)),
      label: answer.isUnsupported ? 1 : 0,
      weight: 0.5 / (answer.isUnsupported ? flawed : answers.length - flawed),
    }));
  });
  return {
    columns: names.length,
    values: Float64Array.from(rows.flatMap(({ values }) => values)),
    labels: Float64Array.from(rows, ({ label }) => label),
    weights: Float64Array.from(rows, ({ weight }) => weight),
  };
}

/** A sentence that says nothing to be checked counts as wholly uncovered. */
function meanOf({ sentences }: ReadAnswer, name: (typeof groundednessFeatures)[number]): number {
  const sum = sentences.reduce((total, { features }) => total + (features?.[name] ?? blank[name] ?? 0), 0);
  return sum / Math.max(1, sentences.length);
}

const blank: Partial<Record<(typeof groundednessFeatures)[number], number>> = { uncovered: 1 };

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
