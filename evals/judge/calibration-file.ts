import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../src/domain/errors.ts';

const share = z.number().min(0).max(1);
const bounds = z.tuple([z.number(), z.number()]).nullable();

/** How a judge agrees with people; "positive" is an answer that is not supported. */
export const JudgeFigures = z.object({
  answers: z.int().min(0),
  unsupported: z.int().min(0),
  /** Share of the answers that judge and people call alike. */
  agreement: share,
  /** Mean of the two rates below. */
  balancedAccuracy: share,
  /** Of the unsupported answers, those that the judge calls so. */
  tpr: share,
  /** Of the supported answers, those that the judge calls so. */
  tnr: share,
  /** Cohen's, in [-1, 1]; 0 is agreement by chance. */
  kappa: z.number(),
  kappaInterval: bounds,
  /** Of "not supported"; needs no threshold. */
  auroc: share.nullable(),
  aurocInterval: bounds,
  auprc: share.nullable(),
  /** Of the score as the probability that an answer is supported. */
  ece: share.nullable(),
});
export type JudgeFigures = z.output<typeof JudgeFigures>;

export const halves = ['development', 'held-out'] as const;

/** What `eval judge calibrate` writes: how far a judge may be trusted, and the threshold that its verdicts are read by. */
export const JudgeCalibration = z.object({
  format: z.literal(1),
  judge: z.string(),
  /** The calibration holds for this judge only. */
  fingerprint: z.string(),
  /** Below this score an answer is called not supported; chosen on one half. */
  threshold: z.number(),
  labels: z.object({
    /** SHA-256 of the file. */
    hash: z.string(),
    answers: z.int().min(0),
    unsupported: z.int().min(0),
    /** Without a verdict, and without anything to judge: neither is in the figures. */
    errors: z.int().min(0),
    na: z.int().min(0),
  }),
  /** Seed of the halves. */
  seed: z.int(),
  development: JudgeFigures,
  /** By a threshold that was chosen without them: these say how good the judge is. */
  heldOut: JudgeFigures,
  cases: z.array(
    z.object({
      id: z.string(),
      /** Null where there is no score. */
      half: z.enum(halves).nullable(),
      isUnsupported: z.boolean(),
      score: share.nullable(),
      reason: z.string().nullable(),
      evidence: z.array(z.string()),
    }),
  ),
});
export type JudgeCalibration = z.output<typeof JudgeCalibration>;

/** Throws INVALID_REQUEST for a file that is none, or of a newer version. */
export async function readCalibration(file: string): Promise<JudgeCalibration> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadable(file, 'file', 'none', cause);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, 'file', 'no JSON', cause);
  }
  const parsed = JudgeCalibration.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw unreadable(file, issue?.path.join('.') || 'file', issue?.message ?? 'another JSON');
}

function unreadable(file: string, field: string, received: string, cause?: unknown): AppError {
  const expected = 'what `footnote eval judge calibrate LABELS --out FILE` of this version writes';
  return new AppError('INVALID_REQUEST', `${file} is no calibration.`, {
    errors: [{ field, expected, received }],
    cause,
  });
}

/**
 * A line for summaries and reports: how the judge with this fingerprint agrees with people, or that nobody knows. A file that is missing, cannot
 * be read or is of another judge leaves it UNCALIBRATED; `file` null means that none was given.
 */
export async function calibrationNote(fingerprint: string, file: string | null): Promise<string> {
  if (file === null) return describeCalibration(fingerprint, null);
  try {
    return describeCalibration(fingerprint, await readCalibration(file));
  } catch (error) {
    return `UNCALIBRATED: ${AppError.from(error).detail}`;
  }
}

/** The same for a calibration that was read. */
export function describeCalibration(fingerprint: string, calibration: JudgeCalibration | null): string {
  if (calibration === null)
    return 'UNCALIBRATED: nobody compared this judge with labels of people (`footnote eval judge calibrate`)';
  if (calibration.fingerprint !== fingerprint)
    return `UNCALIBRATED: the calibration is of ${calibration.fingerprint}, the judge is ${fingerprint}; model, prompt or schema changed`;
  const { answers, kappa, kappaInterval, balancedAccuracy } = calibration.heldOut;
  const interval = kappaInterval ? ` [${kappaInterval.map((bound) => bound.toFixed(2)).join(', ')}]` : '';
  return `calibrated on ${answers} labels: kappa ${kappa.toFixed(2)}${interval}, balanced accuracy ${balancedAccuracy.toFixed(2)}`;
}
