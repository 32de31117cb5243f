import { AppError } from '../../src/domain/errors.ts';
import { createDeadline } from '../../src/models/deadline.ts';
import { type AnswerRecord, RecordedAnswer } from '../answer-record.ts';
import type { EvalCase } from '../case.ts';
import type { SuiteTarget } from '../suite-target.ts';
import { answerKey } from './answer-key.ts';
import type { Budget } from './budget.ts';
import type { IndexedLog } from './indexed-log.ts';
import type { KeptResults } from './kept-results.ts';
import type { Limiter } from './limiter.ts';
import type { Retry } from './retry.ts';

/** Where the asking stands. */
export interface AskingState {
  readonly done: number;
  readonly total: number;
  readonly answered: number;
  readonly refused: number;
  readonly errors: number;
  /** Given again from an earlier run or a recording. */
  readonly reused: number;
  readonly cost: number;
}

export interface AskingParts {
  readonly target: Pick<SuiteTarget, 'ask' | 'forecast'>;
  readonly identity: string;
  readonly kept: KeptResults;
  /** Answers that are given in place of asking; a case without one ends the run. Null: the target is asked. */
  readonly recordings: ((key: string) => Promise<RecordedAnswer | null>) | null;
  readonly answers: IndexedLog;
  readonly budget: Budget;
  readonly retry: Retry;
  readonly limiter: Limiter;
  readonly repeats: number;
  readonly concurrency: number;
  readonly timeoutMilliseconds: number;
  /** Whether what was an error is asked again; its record stays unless there is an answer now. */
  readonly retryErrors: boolean;
  /** Once aborted nothing more is asked, and what is being asked comes to its end. */
  readonly stop: AbortSignal;
  readonly onProgress: (state: AskingState) => void;
}

/**
 * Asks each case as often as it is to be repeated and keeps each answer, or the error in its place, before the next question. Resolves to why it
 * ended. Throws STORAGE_FULL and RECORDING_MISSING, when what is being asked has come to its end.
 */
export async function askCases(
  parts: AskingParts,
  cases: AsyncIterable<EvalCase>,
  total: number,
): Promise<'complete' | 'budget' | 'interrupted'> {
  const { answers, repeats, stop, budget } = parts;
  const asking = createAsking(parts);
  let state: AskingState = { done: 0, total, answered: 0, refused: 0, errors: 0, reused: 0, cost: 0 };
  let end: 'complete' | 'budget' | 'interrupted' = 'complete';
  const note = (kind: 'answered' | 'refused' | 'errors' | null, isReused: boolean) => {
    const counted = kind === null ? {} : { [kind]: state[kind] + 1 };
    state = {
      ...state,
      ...counted,
      done: state.done + 1,
      reused: state.reused + Number(isReused),
      cost: budget.spent.cost,
    };
    parts.onProgress(state);
  };

  const questions = repeated(cases, repeats);
  async function work(): Promise<void> {
    for (;;) {
      if (stop.aborted && end === 'complete') end = 'interrupted';
      if (end !== 'complete') return;
      const next = await questions.next();
      if (next.done) return;
      const { one, repeat } = next.value;
      const key = { case: one.id, repeat };
      const earlier = answers.entry(key);
      if (earlier && !(earlier.isError && parts.retryErrors)) {
        note(earlier.isError ? 'errors' : null, true);
        continue;
      }
      const outcome = await asking(one, repeat);
      if (outcome === 'no-budget' || outcome === 'left') {
        end = outcome === 'no-budget' ? 'budget' : 'interrupted';
        return;
      }
      const { record, isReused, keep } = outcome;
      if (record.error === null || !earlier) await answers.append(key, [record], record.error !== null);
      keep();
      note(record.error ? 'errors' : record.answer?.state === 'refused' ? 'refused' : 'answered', isReused);
    }
  }

  const workers = Array.from({ length: parts.concurrency }, async () => {
    try {
      await work();
    } catch (error) {
      // The others end after what they are at.
      end = 'interrupted';
      throw error;
    }
  });
  const failed = (await Promise.allSettled(workers)).find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
  return end;
}

async function* repeated(cases: AsyncIterable<EvalCase>, repeats: number) {
  for await (const one of cases) for (let repeat = 0; repeat < repeats; repeat += 1) yield { one, repeat };
}

interface Asked {
  readonly record: AnswerRecord;
  readonly isReused: boolean;
  /** Keeps a new answer for later runs; called when it stands in this run, so that a full disk does not lose it. Throws STORAGE_FULL. */
  readonly keep: () => void;
}

type Outcome = 'no-budget' | 'left' | Asked;

const nothingToKeep = () => {};

function createAsking(parts: AskingParts): (one: EvalCase, repeat: number) => Promise<Outcome> {
  /** Two cases that ask for the same share one call, also while its answer is being kept. */
  const running = new Map<string, Promise<RecordedAnswer | 'no-budget'>>();

  async function ask(one: EvalCase): Promise<RecordedAnswer | 'no-budget'> {
    const { target, budget, retry, limiter, stop } = parts;
    const forecast = target.forecast(one);
    if (!(await budget.reserve(forecast))) return 'no-budget';
    const tokens = forecast.inputTokens + forecast.outputTokens;
    let retries = -1;
    const attempt = () => {
      retries += 1;
      return limiter(tokens, () => askInTime(parts, one), stop);
    };
    let answer: RecordedAnswer | null = null;
    try {
      const given = await retry.run(attempt, stop);
      // The same fields in the same order, whether it is asked for or was kept.
      answer = RecordedAnswer.parse({ ...given, retries });
    } finally {
      budget.settle(forecast, answer);
    }
    return answer;
  }

  return async (one, repeat) => {
    const key = answerKey(parts.identity, one, repeat);
    const record = { case: one.id, repeat, key };
    const found = await earlierAnswer(parts, key, one.id);
    if (found) return { record: { ...record, answer: found, error: null }, isReused: true, keep: nothingToKeep };
    const shared = running.get(key);
    const result = shared ?? ask(one);
    if (!shared) running.set(key, result);
    try {
      const answer = await result;
      if (answer === 'no-budget') return answer;
      const keep = () => {
        parts.kept.keepAnswer(key, answer);
        running.delete(key);
      };
      return {
        record: { ...record, answer, error: null },
        isReused: shared !== undefined,
        keep: shared ? nothingToKeep : keep,
      };
    } catch (error) {
      if (!shared) running.delete(key);
      // A question that was given up because the run ends was not answered wrongly.
      if (parts.stop.aborted && error === parts.stop.reason) return 'left';
      const { code, detail } = AppError.from(error);
      return { record: { ...record, answer: null, error: { code, detail } }, isReused: false, keep: nothingToKeep };
    }
  };
}

async function earlierAnswer(
  { kept, recordings }: AskingParts,
  key: string,
  id: string,
): Promise<RecordedAnswer | null> {
  if (recordings === null) return kept.answer(key);
  const answer = await recordings(key);
  if (answer) return answer;
  throw new AppError('RECORDING_MISSING', `The recordings hold no answer to the case ${id} as it is asked now.`, {
    errors: [{ field: id, expected: 'a recorded answer', received: 'none' }],
  });
}

/** Leaves a target that does not mind its signal behind. */
async function askInTime({ target, timeoutMilliseconds }: AskingParts, one: EvalCase): Promise<RecordedAnswer> {
  const deadline = createDeadline(timeoutMilliseconds, 'The target');
  const { promise: late, reject } = Promise.withResolvers<never>();
  const leave = () => reject(deadline.signal.reason);
  deadline.signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([target.ask(one, deadline.signal), late]);
  } finally {
    deadline.signal.removeEventListener('abort', leave);
    deadline.stop();
  }
}
