import { AppError } from '../../src/domain/errors.ts';
import { createRandom } from '../../src/domain/random.ts';
import { estimateInterval } from '../../src/retrieve/metrics/bootstrap.ts';
import { hashOf } from '../hash-of.ts';
import { auroc } from '../metrics/auroc.ts';
import { expectedCalibrationError } from '../metrics/calibration.ts';
import { auprc } from '../metrics/detection.ts';
import type { GroundednessCase } from '../readers/groundedness.ts';
import { cohenKappa } from '../statistics/kappa.ts';
import type { JudgeCalibration, JudgeFigures } from './calibration-file.ts';
import { type JudgeTextsOptions, judgeTexts } from './judge-texts.ts';
import type { SupportJudge } from './support-judge.ts';

export interface CalibrateOptions extends JudgeTextsOptions {
  /** Of the halves. */
  readonly seed?: number;
  /** SHA-256 of the file of labels. */
  readonly labelsHash: string;
}

interface Labelled {
  readonly id: string;
  /** Of "supported", in [0, 1]. */
  readonly score: number;
  readonly isUnsupported: boolean;
}

/** Answers about the same context: they are not independent, and stay in one half. */
type Group = readonly Labelled[];

/** With fewer of either label in a half, a threshold or a rate would be luck. */
export const fewestOfALabel = 10;

/**
 * Compares a judge with labels of people. The threshold is the one of the best balanced accuracy on one half of the answers; the other half, which
 * shares no context with it, says how well judge and people agree by it. Answers without a verdict are counted and left out. Intervals are
 * 95 %, by bootstrap over contexts. Throws INVALID_REQUEST when a half has less than ten of a label.
 */
export async function calibrateJudge(
  judge: SupportJudge,
  cases: readonly GroundednessCase[],
  { seed = 1, labelsHash, ...options }: CalibrateOptions,
): Promise<JudgeCalibration> {
  requireLabels(cases, 2 * fewestOfALabel, 'the file');
  const scores = await judgeTexts(judge, cases, options);
  const scored = cases.map((each, index) => ({ each, score: scores[index] }));
  const groups = Map.groupBy(
    scored.flatMap(({ each, score }) =>
      score?.status === 'ok'
        ? [{ id: each.id, isUnsupported: each.isUnsupported, score: score.value, context: hashOf(each.context) }]
        : [],
    ),
    ({ context }) => context,
  );
  const [development, heldOut] = halve([...groups.values()], seed);
  for (const [half, name] of [
    [development, 'the half that the threshold is chosen on'],
    [heldOut, 'the other half'],
  ] as const)
    requireLabels(half.flat(), fewestOfALabel, name);
  const threshold = bestThreshold(development.flat());
  const halfOf = new Map([
    ...development.flat().map(({ id }) => [id, 'development'] as const),
    ...heldOut.flat().map(({ id }) => [id, 'held-out'] as const),
  ]);
  return {
    format: 1,
    judge: judge.name,
    fingerprint: judge.fingerprint,
    threshold,
    labels: {
      hash: labelsHash,
      answers: cases.length,
      unsupported: cases.filter(({ isUnsupported }) => isUnsupported).length,
      errors: scored.filter(({ score }) => score?.status === 'error').length,
      na: scored.filter(({ score }) => score?.status === 'na').length,
    },
    seed,
    development: figuresOf(development, threshold),
    heldOut: figuresOf(heldOut, threshold),
    cases: scored.map(({ each: { id, isUnsupported }, score }) => ({
      id,
      half: halfOf.get(id) ?? null,
      isUnsupported,
      score: score?.status === 'ok' ? score.value : null,
      reason: score?.status === 'ok' ? null : (score?.reason ?? 'not judged'),
      evidence: score?.status === 'ok' ? [...(score.evidence ?? [])] : [],
    })),
  };
}

function requireLabels(cases: readonly { readonly isUnsupported: boolean }[], fewest: number, place: string): void {
  const unsupported = cases.filter(({ isUnsupported }) => isUnsupported).length;
  const supported = cases.length - unsupported;
  if (Math.min(unsupported, supported) >= fewest) return;
  throw new AppError('INVALID_REQUEST', 'There are too few answers with a verdict to calibrate a judge.', {
    errors: [
      {
        field: 'labels',
        expected: `at least ${fewest} supported and ${fewest} unsupported answers in ${place}; several hundred are better`,
        received: `${supported} and ${unsupported}`,
      },
    ],
  });
}

/** Whole groups in an order by the seed, until half of the answers are in the first half. */
function halve(groups: readonly Group[], seed: number): readonly [readonly Group[], readonly Group[]] {
  const random = createRandom(seed);
  const ordered = groups
    .map((group) => ({ group, place: random.next() }))
    .sort((one, other) => one.place - other.place)
    .map(({ group }) => group);
  const half = groups.reduce((sum, group) => sum + group.length, 0) / 2;
  let taken = 0;
  const isFirst = ordered.map((group) => {
    const fits = taken < half;
    taken += group.length;
    return fits;
  });
  return [ordered.filter((_group, index) => isFirst[index]), ordered.filter((_group, index) => !isFirst[index])];
}

/**
 * The threshold with the highest balanced accuracy of "score below it means not supported": halfway between two scores that occur; of equally good
 * ones the middle one.
 */
export function bestThreshold(labelled: readonly Pick<Labelled, 'score' | 'isUnsupported'>[]): number {
  const sorted = labelled.toSorted((one, other) => one.score - other.score);
  const unsupported = sorted.filter(({ isUnsupported }) => isUnsupported).length;
  const supported = sorted.length - unsupported;
  // Calling none unsupported gains nothing, nor does calling all so.
  let [caught, falselyFlagged, best] = [0, 0, 0];
  let candidates = [0];
  for (const [index, { score, isUnsupported }] of sorted.entries()) {
    if (isUnsupported) caught += 1;
    else falselyFlagged += 1;
    const next = sorted[index + 1]?.score;
    if (next === undefined || next === score) continue;
    const gained = caught / unsupported - falselyFlagged / supported;
    if (gained < best - 1e-12) continue;
    if (gained > best + 1e-12) candidates = [];
    best = Math.max(best, gained);
    candidates.push((score + next) / 2);
  }
  return candidates[candidates.length >> 1] ?? 0;
}

function figuresOf(groups: readonly Group[], threshold: number): JudgeFigures {
  const all = groups.flat();
  const isCalled = ({ score }: Labelled) => score < threshold;
  const unsupported = all.filter(({ isUnsupported }) => isUnsupported);
  const supported = all.filter(({ isUnsupported }) => !isUnsupported);
  const tpr = unsupported.filter(isCalled).length / unsupported.length;
  const tnr = 1 - supported.filter(isCalled).length / supported.length;
  const label = (isUnsupported: boolean) => (isUnsupported ? 'unsupported' : 'supported');
  const kappaOf = (sample: readonly Labelled[]) =>
    cohenKappa(sample.map((each) => [label(isCalled(each)), label(each.isUnsupported)] as const))?.kappa ?? null;
  const positives = (sample: readonly Labelled[]) =>
    sample.map(({ score, isUnsupported }) => ({ score: 1 - score, positive: isUnsupported }));
  return {
    answers: all.length,
    unsupported: unsupported.length,
    agreement: all.filter((each) => isCalled(each) === each.isUnsupported).length / all.length,
    balancedAccuracy: (tpr + tnr) / 2,
    tpr,
    tnr,
    kappa: kappaOf(all) ?? 0,
    kappaInterval: asPair(estimateInterval(groups, (sample) => kappaOf(sample.flat()))),
    auroc: auroc(positives(all)),
    aurocInterval: asPair(estimateInterval(groups, (sample) => auroc(positives(sample.flat())))),
    auprc: auprc(positives(all)),
    ece: expectedCalibrationError(
      all.map(({ score, isUnsupported }) => ({ confidence: score, right: !isUnsupported })),
    ),
  };
}

const asPair = (interval: readonly [number, number] | null): [number, number] | null => interval && [...interval];
