import type { AnswerInput, AnswerQuestion } from '../chains/answer-question.ts';
import type { Answer, AnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerId, ConversationId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerKey, AnswerRelay } from '../store/answer-relay.ts';
import type { AnswerStore } from '../store/answers.ts';
import { asQuestion } from '../store/questions.ts';
import type { CountAnswer } from './answer-numbers.ts';
import { countReaders } from './answer-readers.ts';
import { createKeptMasks } from './kept-masks.ts';
import { type OpenedAnswer, openAnswer, openKept } from './open-answer.ts';
import type { ProblemContext } from './problem.ts';
import { pump, storeFinal } from './pump-answer.ts';
import type { Restore } from './restore-values.ts';
import type { Log } from './server-deps.ts';

export interface AnswerRequest
  extends Pick<
    AnswerInput,
    | 'question'
    | 'principal'
    | 'filter'
    | 'mode'
    | 'locale'
    | 'maxQuotes'
    | 'expand'
    | 'schema'
    | 'cache'
    | 'models'
    | 'tokenLimit'
    | 'refusalThreshold'
    | 'guards'
    | 'generation'
  > {
  /** Null begins a conversation. */
  readonly conversationId: ConversationId | null;
  /** The answer of that conversation whose question is asked in other words, on a branch of its own; null or left out: none. */
  readonly editOf?: AnswerId | null;
  /** Earlier turns that came with the question, oldest first; left out, those of the conversation. */
  readonly history?: AnswerInput['history'] | undefined;
  /** Where failures of this answer are reported from. */
  readonly problem: ProblemContext;
}

/** An answer that is being written, apart from any connection. */
export interface AnswerRun {
  readonly id: AnswerId;
  /** Events with a sequence above `after`, in batches of what is there; ends after the final event or when the signal is aborted. */
  events(after: number, signal: AbortSignal): AsyncGenerator<readonly AnswerEvent[]>;
  /** The stored answer, once its final event is out. */
  readonly finished: Promise<Answer>;
}

export interface AnswerRuns {
  /**
   * Starts an answer; resolves when it is stored and its first event is there.
   * Throws NOT_FOUND (another's conversation), RATE_LIMITED, SERVER_STOPPING or what the store throws.
   */
  start(request: AnswerRequest): Promise<AnswerRun>;
  /** The same with an answer that is kept of this generation, in one statement; null, with nothing stored, where there is none. */
  startKept(request: AnswerRequest, generation: number): Promise<AnswerRun | null>;
  /** The running answer of the principal's tenant; whether the principal may see it is the store's to say. */
  find(principal: Principal, id: AnswerId): AnswerRun | null;
  /** What puts the values of the question back where placeholders stand for them; null for all but its asker. */
  restorerOf(principal: Principal, id: AnswerId): Promise<Restore | null>;
  /** Ends it with ANSWER_STOPPED, also in another process where a relay reaches it; resolves when its final event is out. */
  stop(principal: Principal, id: AnswerId): Promise<void>;
  /** Ends every running answer with SERVER_STOPPING and takes no new ones; resolves when all final events are stored. */
  shutdown(): Promise<void>;
}

interface AnswerRunsDeps {
  readonly answerQuestion: AnswerQuestion;
  readonly answers: Pick<AnswerStore, 'add' | 'addIf' | 'begin' | 'finish' | 'history'>;
  readonly now: () => Date;
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** Told of each answer that has ended and is stored. */
  readonly onEnded?: CountAnswer;
  /** Milliseconds that the chain has to end by itself after it was stopped. */
  readonly stopGraceMilliseconds?: number;
  readonly deadlineMilliseconds?: number;
  /** Null: this process is the only one. */
  readonly relay?: AnswerRelay | null;
  /** Milliseconds that an answer is written on after its last reader left. */
  readonly readerlessMilliseconds?: number;
  /** Answers that may be written at once in this process. */
  readonly runsMax?: number;
}

const stopElsewhereMilliseconds = 5_000;

interface LiveRun extends AnswerRun {
  readonly stop: AbortController;
}

export function createAnswerRuns(deps: AnswerRunsDeps): AnswerRuns {
  const { stopGraceMilliseconds = 50, deadlineMilliseconds = 120_000, runsMax = 1_000 } = deps;
  const { relay = null, readerlessMilliseconds = 60_000 } = deps;
  const running = new Map<string, LiveRun>();
  const masks = createKeptMasks(relay);
  let starting = 0;
  let isStopping = false;

  const keyOf = ({ tenantId }: Pick<Principal, 'tenantId'>, id: AnswerId) => `${tenantId}/${id}`;
  relay?.onStopRequest(({ tenantId, id }) => running.get(keyOf({ tenantId }, id))?.stop.abort(stopped()));

  /** Counts it while it opens. */
  async function counted<T>(open: () => Promise<T>): Promise<T> {
    if (isStopping) throw new AppError('SERVER_STOPPING', 'The server takes no new questions.');
    if (running.size + starting >= runsMax)
      throw new AppError('RATE_LIMITED', `${runsMax} answers are being written already.`, { retryAfter: 1 });
    starting += 1;
    try {
      return await open();
    } finally {
      starting -= 1;
    }
  }

  async function begin(request: AnswerRequest): Promise<AnswerRun> {
    const { principal } = request;
    const opened = await openAnswer({ ...deps, relay, masks }, request);
    const { id, log, stop, whole } = opened;
    if (whole) return passOn(opened, whole, principal);
    const deadline = setTimeout(() => stop.abort(tookTooLong(deadlineMilliseconds)), deadlineMilliseconds);
    if (isStopping) stop.abort(serverStopping());
    const readers = countReaders(log.read, {
      milliseconds: readerlessMilliseconds,
      isReadElsewhere: async () => (await relay?.isFollowed({ tenantId: principal.tenantId, id })) ?? false,
      onAbandoned: () => stop.abort(abandoned(readerlessMilliseconds)),
    });
    const finished = asQuestion(async () => {
      const final = await pump({ ...opened, graceMilliseconds: stopGraceMilliseconds, logger: deps.log });
      readers.end();
      const answer = await storeFinal(deps, { principal, log, final, record: opened.record() });
      clearTimeout(deadline);
      running.delete(keyOf(principal, id));
      deps.onEnded?.(log.events);
      return answer;
    });
    const run: LiveRun = { id, stop, finished, events: readers.read };
    running.set(keyOf(principal, id), run);
    return run;
  }

  /** Who asked looks for it in this turn of the event loop; later it is read as it is stored. */
  function passOn({ id, stop, log }: OpenedAnswer, whole: Answer, principal: Principal): LiveRun {
    const key = keyOf(principal, id);
    const run: LiveRun = { id, stop, finished: Promise.resolve(whole), events: log.read };
    running.set(key, run);
    setImmediate(() => {
      running.delete(key);
      deps.onEnded?.(log.events);
    });
    return run;
  }

  return {
    start: async (request) => await counted(() => begin(request)),
    startKept: async (request, generation) =>
      await counted(async () => {
        const opened = await openKept({ ...deps, relay, masks }, request, generation);
        return opened?.whole ? passOn(opened, opened.whole, request.principal) : null;
      }),
    find: (principal, id) => running.get(keyOf(principal, id)) ?? null,
    restorerOf: masks.find,
    async stop(principal, id) {
      const run = running.get(keyOf(principal, id));
      if (!run) return relay ? await stopElsewhere(relay, { tenantId: principal.tenantId, id }) : undefined;
      run.stop.abort(stopped());
      await run.finished;
    },
    async shutdown() {
      isStopping = true;
      const runs = [...running.values()];
      for (const run of runs) run.stop.abort(serverStopping());
      await Promise.allSettled(runs.map((run) => run.finished));
    },
  };
}

/** The final event leaves after it is stored: whoever sees it here finds it there. */
async function stopElsewhere(relay: AnswerRelay, answer: AnswerKey): Promise<void> {
  const events = relay.follow(answer, -1, AbortSignal.timeout(stopElsewhereMilliseconds));
  try {
    await relay.requestStop(answer);
  } catch (error) {
    throw new AppError('CONFLICT', 'Another server writes this answer and cannot be reached.', {
      cause: error,
      retryAfter: 1,
    });
  }
  for await (const batch of events) if (batch.length === 0) return;
}

function stopped(): AppError {
  return new AppError('ANSWER_STOPPED', 'The answer was stopped before it was complete.');
}

function abandoned(milliseconds: number): AppError {
  return new AppError('ANSWER_STOPPED', `Nobody had followed the answer for ${milliseconds / 1000} seconds.`);
}

function serverStopping(): AppError {
  return new AppError('SERVER_STOPPING', 'The server is stopping; the answer was not completed.');
}

function tookTooLong(milliseconds: number): AppError {
  return new AppError('DEADLINE_EXCEEDED', `The answer was not complete after ${milliseconds / 1000} seconds.`);
}
