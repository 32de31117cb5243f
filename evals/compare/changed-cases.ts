import type { EvalCase } from '../case.ts';
import type { CaseScores } from '../reports/case-scores.ts';
import type { Run } from '../reports/read-run.ts';

/** What a run said to a case, at its first repeat. */
export interface Said {
  readonly state: 'finished' | 'refused' | 'failed';
  /** The answer, the message of a refusal, or of an error. */
  readonly text: string;
}

export interface MetricChange {
  readonly metric: string;
  readonly before: number;
  readonly after: number;
}

/** A case that came out otherwise, with both answers. */
export interface ChangedCase {
  readonly id: string;
  readonly question: string;
  readonly tags: readonly string[];
  /** Mean over what can be told of both runs, in [-1, 1]; below 0 is worse. */
  readonly gain: number;
  /** Of shares in [0, 1], those that differ, the largest loss first. */
  readonly changes: readonly MetricChange[];
  readonly before: Said;
  readonly after: Said;
}

/** A smaller mean change is not worth a person's time. */
const leastGain = 0.01;

interface ChangeInput {
  readonly before: Run;
  readonly after: Run;
  readonly beforeScores: CaseScores;
  readonly afterScores: CaseScores;
}

/**
 * Cases that got worse and better, the largest change first. A case's gain is the mean over the metrics that are shares and have a better way, each
 * counted that way, and over whether an answer was given where one is due (no refusal of what is answerable, no answer to what is not).
 */
export async function findChangedCases({ before, after, beforeScores, afterScores }: ChangeInput): Promise<{
  readonly regressions: readonly ChangedCase[];
  readonly fixes: readonly ChangedCase[];
}> {
  const directions = after.summary.metrics.flatMap(({ metric, better, unit }) =>
    unit === 'share' && better !== 'none' ? [{ metric, sign: better === 'higher' ? 1 : -1 }] : [],
  );
  const [statesBefore, statesAfter] = [await readStates(before), await readStates(after)];
  const changed: Omit<ChangedCase, 'before' | 'after'>[] = [];
  for await (const asked of after.cases()) {
    const [earlier, later] = [statesBefore.get(asked.id), statesAfter.get(asked.id)];
    if (!earlier || !later) continue;
    const found = directions.flatMap(({ metric, sign }) => {
      const was = beforeScores.get(metric)?.get(asked.id)?.mean ?? null;
      const is = afterScores.get(metric)?.get(asked.id)?.mean ?? null;
      return was === null || is === null ? [] : [{ metric, before: was, after: is, gain: sign * (is - was) }];
    });
    const due = gainOfState(asked, earlier, later);
    const gains = [...found.map(({ gain }) => gain), ...(due === null ? [] : [due])];
    const gain = gains.reduce((sum, value) => sum + value, 0) / Math.max(1, gains.length);
    if (Math.abs(gain) < leastGain) continue;
    const { id, question, tags } = asked;
    const changes = found
      .filter((change) => change.gain !== 0)
      .sort((one, other) => one.gain - other.gain)
      .map(({ metric, before: was, after: is }) => ({ metric, before: was, after: is }));
    changed.push({ id, question, tags, gain, changes });
  }
  changed.sort((one, other) => one.gain - other.gain);
  const ids = new Set(changed.map(({ id }) => id));
  const [saidBefore, saidAfter] = [await readSaid(before, ids), await readSaid(after, ids)];
  const shown = changed.flatMap((one): ChangedCase[] => {
    const [earlier, later] = [saidBefore.get(one.id), saidAfter.get(one.id)];
    return earlier && later ? [{ ...one, before: earlier, after: later }] : [];
  });
  return {
    regressions: shown.filter(({ gain }) => gain < 0),
    fixes: shown.filter(({ gain }) => gain > 0).reverse(),
  };
}

/** 1 where the second run does what the case asks for and the first did not, -1 the other way round; null where that cannot be told. */
function gainOfState({ answerable }: EvalCase, before: Said['state'], after: Said['state']): number | null {
  if (before === 'failed' || after === 'failed' || answerable === undefined) return null;
  const isRight = (state: Said['state']) => Number((state === 'finished') === answerable);
  return isRight(after) - isRight(before);
}

async function readStates(run: Run): Promise<ReadonlyMap<string, Said['state']>> {
  const states = new Map<string, Said['state']>();
  for await (const { case: id, repeat, answer } of run.answers())
    if (repeat === 0) states.set(id, answer?.state ?? 'failed');
  return states;
}

/** Texts are read of the cases that are shown alone: those of all answers of a large run take its size in memory. */
async function readSaid(run: Run, ids: ReadonlySet<string>): Promise<ReadonlyMap<string, Said>> {
  const said = new Map<string, Said>();
  for await (const { case: id, repeat, answer, error } of run.answers()) {
    if (repeat !== 0 || !ids.has(id)) continue;
    const text = answer ? answer.text || (answer.refusal?.message ?? '') : (error?.detail ?? '');
    said.set(id, { state: answer?.state ?? 'failed', text });
  }
  return said;
}
