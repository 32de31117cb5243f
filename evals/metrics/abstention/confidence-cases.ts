import type { Answered } from '../../metric.ts';
import type { ConfidenceCase } from '../calibration.ts';
import { isRight } from '../rightness.ts';

/** Of an answer that was given with a confidence and whose rightness is known; else null. */
export function confidenceCase(answered: Answered): ConfidenceCase | null {
  const { confidence, state } = answered.answer;
  if (confidence === null || state === 'refused') return null;
  const right = isRight(answered);
  return right === null ? null : { confidence, right };
}
