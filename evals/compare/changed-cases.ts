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
  /** How many of each are listed. */
  readonly most: number;
}

export interface ChangedCases {
  /** How many cases got worse and better. */
  readonly worse: number;
  readonly better: number;
  /** Those that lost most, and those that won most, first. */
  readonly regressions: readonly ChangedCase[];
  readonly fixes: readonly ChangedCase[];
}

/**
 * Cases that got worse and better, the largest change first. A case's gain is the mean over the metrics that are shares and have a better way, each
 * counted that way, and over whether an answer was given where one is due (no refusal of what is answerable, no answer to what is not). Of the
 * cases that are not listed only their gain is held.
 */
export async function findChangedCases(input: ChangeInput): Promise<ChangedCases> {
  const { before, after, most } = input;
  const directions = after.summary.metrics.flatMap(({ metric, better, unit }) =>
    unit === 'share' && better !== 'none' ? [{ metric, sign: better === 'higher' ? 1 : -1 }] : [],
  );
  const [statesBefore, statesAfter] = [await readStates(before), await readStates(after)];
  const changed: { readonly id: string; readonly gain: number }[] = [];
  for await (const asked of after.cases()) {
    const [earlier, later] = [statesBefore.get(asked.id), statesAfter.get(asked.id)];
    if (!earlier || !later) continue;
    const due = gainOfState(asked, earlier, later);
    const gains = [...gainsOf(asked.id, directions, input).map(({ gain }) => gain), ...(due === null ? [] : [due])];
    const gain = gains.reduce((sum, value) => sum + value, 0) / Math.max(1, gains.length);
    if (Math.abs(gain) >= leastGain) changed.push({ id: asked.id, gain });
  }
  changed.sort((one, other) => one.gain - other.gain);
  const worse = changed.filter(({ gain }) => gain < 0);
  const better = changed.filter(({ gain }) => gain > 0).reverse();
  const listed = new Map([...worse.slice(0, most), ...better.slice(0, most)].map(({ id, gain }) => [id, gain]));
  const shown = await describe(listed, directions, input);
  const inOrder = (list: typeof changed) => list.slice(0, most).flatMap(({ id }) => shown.get(id) ?? []);
  return { worse: worse.length, better: better.length, regressions: inOrder(worse), fixes: inOrder(better) };
}

interface Direction {
  readonly metric: string;
  readonly sign: number;
}

/** Of the metrics that have a value in both runs. */
function gainsOf(
  id: string,
  directions: readonly Direction[],
  { beforeScores, afterScores }: Pick<ChangeInput, 'beforeScores' | 'afterScores'>,
): (MetricChange & { readonly gain: number })[] {
  return directions.flatMap(({ metric, sign }) => {
    const before = beforeScores.score(metric, id)?.mean ?? null;
    const after = afterScores.score(metric, id)?.mean ?? null;
    return before === null || after === null ? [] : [{ metric, before, after, gain: sign * (after - before) }];
  });
}

async function describe(
  listed: ReadonlyMap<string, number>,
  directions: readonly Direction[],
  input: ChangeInput,
): Promise<ReadonlyMap<string, ChangedCase>> {
  const [before, after] = [await readSaid(input.before, listed), await readSaid(input.after, listed)];
  const shown = new Map<string, ChangedCase>();
  for await (const { id, question, tags } of input.after.cases()) {
    const [gain, earlier, later] = [listed.get(id), before.get(id), after.get(id)];
    if (gain === undefined || !earlier || !later) continue;
    const changes = gainsOf(id, directions, input)
      .filter((change) => change.gain !== 0)
      .sort((one, other) => one.gain - other.gain)
      .map((change) => ({ metric: change.metric, before: change.before, after: change.after }));
    shown.set(id, { id, question, tags, gain, changes, before: earlier, after: later });
  }
  return shown;
}

/** 1 where the second run does what the case asks for and the first did not, -1 the other way round; null where that cannot be told. */
function gainOfState({ answerable }: EvalCase, before: Said['state'], after: Said['state']): number | null {
  if (before === 'failed' || after === 'failed' || answerable === undefined) return null;
  const isRight = (state: Said['state']) => Number((state === 'finished') === answerable);
  return isRight(after) - isRight(before);
}

async function readStates(run: Run): Promise<ReadonlyMap<string, Said['state']>> {
  const states = new Map<string, Said['state']>();
  for await (const { case: id, repeat, answer } of run.outlines())
    if (repeat === 0) states.set(id, answer?.state ?? 'failed');
  return states;
}

/** Texts are read of the cases that are shown alone: those of all answers of a large run take its size in memory. */
async function readSaid(run: Run, ids: ReadonlyMap<string, unknown>): Promise<ReadonlyMap<string, Said>> {
  const said = new Map<string, Said>();
  for await (const { case: id, repeat, answer, error } of run.outlines()) {
    if (repeat !== 0 || !ids.has(id)) continue;
    const text = answer ? answer.text || (answer.refusal?.message ?? '') : (error?.detail ?? '');
    said.set(id, { state: answer?.state ?? 'failed', text });
  }
  return said;
}
