import type { Metric } from '../metric.ts';
import { calibrationNote } from './calibration-file.ts';

/** For each model that judges, its metrics and how far people agree with it by this calibration; empty where none judges. */
export async function judgeNotes(metrics: readonly Metric[], calibration: string | null): Promise<string[]> {
  const judged = metrics.filter((metric) => metric.of === 'judged');
  const byJudge = Map.groupBy(judged, ({ fingerprint }) => fingerprint);
  return await Promise.all(
    [...byJudge].map(async ([fingerprint, own]) => {
      const names = own.map(({ name }) => name).join(', ');
      return `${names} by ${fingerprint}: ${await calibrationNote(fingerprint, calibration)}`;
    }),
  );
}
