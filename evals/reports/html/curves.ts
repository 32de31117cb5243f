import type { Point } from './charts.ts';

/** An answer that states how sure it is, and how right it was in [0, 1]. */
export interface JudgedAnswer {
  readonly confidence: number;
  readonly correct: number;
}

/** In each tenth of confidence that has answers: mean confidence, and how right they were on average (a reliability diagram). */
export function calibrationCurve(answers: readonly JudgedAnswer[]): Point[] {
  const bins = Map.groupBy(answers, ({ confidence }) => Math.min(9, Math.floor(confidence * 10)));
  return [...bins]
    .sort(([one], [other]) => one - other)
    .map(([, group]) => {
      const x = mean(group.map(({ confidence }) => confidence));
      const y = mean(group.map(({ correct }) => correct));
      return { x, y, label: `confidence ${x.toFixed(2)}, right ${y.toFixed(2)}, ${group.length} answers` };
    });
}

/**
 * Share of answers that are wrong among the most confident ones, for each share of `total` questions that these are (El-Yaniv and Wiener
 * 2010). Answers of equal confidence come in together. At most 200 points.
 */
export function riskCoverageCurve(answers: readonly JudgedAnswer[], total: number): Point[] {
  const sorted = [...answers].sort((one, other) => other.confidence - one.confidence);
  const points: Point[] = [];
  let wrong = 0;
  for (const [index, { confidence, correct }] of sorted.entries()) {
    wrong += 1 - correct;
    if (sorted[index + 1]?.confidence === confidence) continue;
    const [x, y] = [(index + 1) / total, wrong / (index + 1)];
    points.push({ x, y, label: `coverage ${x.toFixed(2)}, wrong ${y.toFixed(3)}` });
  }
  const step = Math.ceil(points.length / 200);
  return points.filter((_, index) => index % step === 0 || index === points.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
