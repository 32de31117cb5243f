import { z } from 'zod';
import { AppError, type ErrorCode } from '../../src/domain/errors.ts';
import { hashOf } from '../hash-of.ts';
import {
  createJudge,
  type JudgeContext,
  type JudgeModel,
  type JudgeTask,
  judgeVersion,
  type Reading,
} from './ask-judge.ts';
import type { Ballot } from './count-votes.ts';
import { outOfBudget } from './judge-ledger.ts';
import type { JudgePrompts } from './judge-prompts.ts';
import type { JudgeSettings } from './judge-settings.ts';
import type { VerdictCache } from './verdict-cache.ts';

/** Who judges: models with their calls, how their votes are counted, and who is asked where one cannot be reached. */
export interface JudgePanel {
  readonly settings: Omit<JudgeSettings, 'models' | 'prompts'> & {
    readonly models: NonNullable<JudgeSettings['models']>;
  };
  /** In the order of the settings, at least one. */
  readonly models: readonly JudgeModel[];
  readonly fallback: readonly JudgeModel[];
  readonly prompts: JudgePrompts;
  /** Null keeps nothing. */
  readonly cache: VerdictCache | null;
}

/**
 * Asks every model of the panel, each as often as it has votes, and gives a ballot for each vote, in the order of the panel. Where a model cannot be
 * reached, the next of the fallback that has not voted in the same turn is asked in its place; a reply that is no verdict has no stand-in.
 * Throws `outOfBudget`, RECORDING_MISSING, STORAGE_FULL, or the signal's reason.
 */
export type AskPanel = <T>(task: JudgeTask<T>, context: JudgeContext) => Promise<readonly Ballot<T>[]>;

/** Failures of the way to a model, not of what it says. */
const transportFailures: ReadonlySet<ErrorCode> = new Set([
  'MODEL_UNAVAILABLE',
  'MODEL_RATE_LIMITED',
  'MODEL_BAD_RESPONSE',
  'DEADLINE_EXCEEDED',
]);
const runFailures: ReadonlySet<ErrorCode> = new Set(['RECORDING_MISSING', 'STORAGE_FULL']);

/** Calls that one question to the panel takes at most, stand-ins left out: each vote may need one repair. */
export const callsOfPanel = ({ settings }: JudgePanel) => 2 * settings.models.length * settings.repeat;

/** Names and ways of a panel in one line; equal for panels that judge alike, with the same prompt and schema. */
export function panelFingerprint(
  panel: JudgePanel,
  { prompt, schema }: Pick<JudgeTask<unknown>, 'prompt' | 'schema'>,
): string {
  const { models, fallback, ...ways } = panel.settings;
  const named = [models, fallback].map((list) => list.map(({ model, url }) => ({ model, url })));
  const hash = hashOf([named, ways, prompt.version, z.toJSONSchema(schema), judgeVersion]).slice(0, 32);
  return `${panelName(panel)} ${hash}`;
}

/** As in reports: `gpt-4.1-mini`, or `gpt-4.1-mini + mistral-large, 3 times, majority`. */
export function panelName({ settings: { models, repeat, vote } }: JudgePanel): string {
  const names = models.map(({ model }) => model).join(' + ');
  if (models.length * repeat === 1) return names;
  return [names, ...(repeat > 1 ? [`${repeat} times`] : []), vote].join(', ');
}

export function createPanel({ settings, models, fallback, cache }: JudgePanel): AskPanel {
  const { repeat: repeats, temperature } = settings;
  const judgeOf = (model: JudgeModel) => ({ name: model.chat.id, ask: createJudge(model, cache) });
  const [judges, standIns] = [models.map(judgeOf), fallback.map(judgeOf)];
  const seats = judges.flatMap((judge) => Array.from({ length: repeats }, (_, repeat) => ({ judge, repeat })));
  const byOf = (name: string, repeat: number) => (repeats > 1 ? `${name} (${repeat + 1})` : name);

  return async (task, context) => {
    const first = await Promise.allSettled(
      seats.map(({ judge, repeat }) => judge.ask(task, { repeat, temperature, standsFor: null }, context)),
    );
    const hasVoted = new Set<string>();
    // One after the other, so that who stands in for whom does not depend on which call failed first.
    const ballots: Ballot<VerdictOf<typeof task>>[] = [];
    for (const [index, { judge, repeat }] of seats.entries()) {
      const outcome = first[index];
      const by = byOf(judge.name, repeat);
      if (outcome?.status === 'fulfilled') ballots.push(ballotOf(by, outcome.value));
      else ballots.push(await standIn(task, context, { name: judge.name, repeat, by, error: outcome?.reason }));
    }
    return ballots;

    async function standIn<T>(asked: JudgeTask<T>, { signal, ledger }: JudgeContext, seat: EmptySeat) {
      const failures = [failureOf(seat.error, signal)];
      const { repeat, name } = seat;
      for (const { name: other, ask } of standIns) {
        if (!transportFailures.has(failures.at(-1)?.code ?? 'INTERNAL')) break;
        const turn = `${other} ${repeat}`;
        if (hasVoted.has(turn)) continue;
        hasVoted.add(turn);
        const by = `${byOf(other, repeat)} for ${seat.by}, ${failures.map(({ code }) => code).join(', ')}`;
        try {
          const reading = await ask(asked, { repeat, temperature, standsFor: name }, { signal, ledger });
          return ballotOf(by, reading, true);
        } catch (error) {
          failures.push(failureOf(error, signal));
        }
      }
      const reason = failures.map(({ code, detail }) => `${code}: ${detail}`).join('; ');
      return { by: seat.by, verdict: null, reason, isStandIn: false };
    }
  };
}

type VerdictOf<K> = K extends JudgeTask<infer T> ? T : never;

interface EmptySeat {
  readonly name: string;
  readonly repeat: number;
  readonly by: string;
  readonly error: unknown;
}

/** Throws what ends the run rather than the vote. */
function failureOf(error: unknown, signal: AbortSignal): AppError {
  signal.throwIfAborted();
  if (error === outOfBudget) throw error;
  const failure = AppError.from(error);
  if (runFailures.has(failure.code)) throw failure;
  return failure;
}

function ballotOf<T>(by: string, reading: Reading<T>, isStandIn = false): Ballot<T> {
  if ('verdict' in reading) return { by, verdict: reading.verdict, reason: null, isStandIn };
  return {
    by,
    verdict: null,
    reason: `MODEL_BAD_RESPONSE: The judge wrote no verdict: ${reading.fault}`,
    isStandIn,
  };
}
