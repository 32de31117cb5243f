import type { Metric } from '../metric.ts';
import { calibrationNote } from './calibration-file.ts';
import type { JudgeTotals } from './verdict-record.ts';

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

/** How many verdicts came from another judge than the one that was to give them: a calibration of the panel says less of these. */
export function standInNotes(judge: JudgeTotals | undefined): string[] {
  if (!judge || judge.standIns === 0) return [];
  return [`${judge.standIns} of ${judge.verdicts} verdicts are by stand-ins for a judge that could not be reached`];
}
