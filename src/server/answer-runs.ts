import type { AnswerInput, AnswerQuestion } from '../chains/answer-question.ts';
import { type Answer, type AnswerEvent, foldAnswer, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { type AnswerId, type ConversationId, newId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRecord, AnswerStore } from '../store/answers.ts';
import { createEventLog, type EventLog } from './answer-event-log.ts';
import type { ProblemContext } from './problem.ts';
import type { Log } from './server-deps.ts';

export interface AnswerRequest
  extends Pick<AnswerInput, 'question' | 'principal' | 'filter' | 'mode' | 'locale' | 'maxQuotes' | 'expand'> {
  /** Null begins a conversation. */
  readonly conversationId: ConversationId | null;
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
  /** The running answer of the principal's tenant; whether the principal may see it is the store's to say. */
  find(principal: Principal, id: AnswerId): AnswerRun | null;
  /** Ends it with ANSWER_STOPPED; resolves when its final event is out. */
  stop(principal: Principal, id: AnswerId): Promise<void>;
  /** Ends every running answer with SERVER_STOPPING and takes no new ones; resolves when all final events are stored. */
  shutdown(): Promise<void>;
}

interface AnswerRunsDeps {
  readonly answerQuestion: AnswerQuestion;
  readonly answers: Pick<AnswerStore, 'begin' | 'finish' | 'history'>;
  readonly now: () => Date;
  readonly log: Pick<Log, 'error' | 'warn'>;
  /** Milliseconds that the chain has to end by itself after it was stopped. */
  readonly stopGraceMilliseconds?: number;
  readonly deadlineMilliseconds?: number;
  /** Answers that may be written at once in this process. */
  readonly runsMax?: number;
}

/** Turns of the conversation that a follow-up is read with. */
const historyTurns = 6;

interface LiveRun extends AnswerRun {
  readonly stop: AbortController;
}

export function createAnswerRuns(deps: AnswerRunsDeps): AnswerRuns {
  const { stopGraceMilliseconds = 50, deadlineMilliseconds = 120_000, runsMax = 1_000 } = deps;
  const running = new Map<string, LiveRun>();
  let starting = 0;
  let isStopping = false;

  const keyOf = (principal: Principal, id: AnswerId) => `${principal.tenantId}/${id}`;

  async function start(request: AnswerRequest): Promise<AnswerRun> {
    if (isStopping) throw new AppError('SERVER_STOPPING', 'The server takes no new questions.');
    if (running.size + starting >= runsMax)
      throw new AppError('RATE_LIMITED', `${runsMax} answers are being written already.`, { retryAfter: 1 });
    starting += 1;
    try {
      return await begin(request);
    } finally {
      starting -= 1;
    }
  }

  async function begin(request: AnswerRequest): Promise<AnswerRun> {
    const { principal } = request;
    const opened = await openAnswer(deps, request);
    const { id, log, stop } = opened;
    const deadline = setTimeout(() => stop.abort(tookTooLong(deadlineMilliseconds)), deadlineMilliseconds);
    if (isStopping) stop.abort(serverStopping());
    const pumped = pump({ ...opened, graceMilliseconds: stopGraceMilliseconds, logger: deps.log });
    const finished = pumped.then(async (final) => {
      const answer = await storeFinal(deps, { principal, log, final, record: opened.record() });
      clearTimeout(deadline);
      running.delete(keyOf(principal, id));
      return answer;
    });
    const run: LiveRun = { id, stop, finished, events: log.read };
    running.set(keyOf(principal, id), run);
    return run;
  }

  return {
    start,
    find: (principal, id) => running.get(keyOf(principal, id)) ?? null,
    async stop(principal, id) {
      const run = running.get(keyOf(principal, id));
      if (!run) return;
      run.stop.abort(new AppError('ANSWER_STOPPED', 'The answer was stopped before it was complete.'));
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

interface OpenedAnswer {
  readonly id: AnswerId;
  readonly source: AsyncGenerator<AnswerEvent>;
  readonly log: EventLog;
  readonly stop: AbortController;
  /** What the chain gave, or what is known without it. */
  record(): AnswerRecord;
}

/** Starts the chain and stores that it started; its first event is in the log then. */
async function openAnswer(
  { answers, answerQuestion, now }: Pick<AnswerRunsDeps, 'answers' | 'answerQuestion' | 'now'>,
  request: AnswerRequest,
): Promise<OpenedAnswer> {
  const { principal, conversationId } = request;
  const stored = conversationId ? await answers.history(principal, conversationId, historyTurns) : [];
  const history = request.history?.slice(-historyTurns) ?? stored;
  if (!history) throw new AppError('NOT_FOUND', 'There is no such conversation.');
  const stop = new AbortController();
  const id = newId('answer');
  const log = createEventLog(now, request.problem);
  let given: AnswerRecord | null = null;
  const input: AnswerInput = {
    ...request,
    answerId: id,
    conversationId: conversationId ?? newId('conversation'),
    history,
    onRecord: (record) => {
      given = record;
    },
  };
  const source = answerQuestion(input, stop.signal);
  try {
    const { value: first } = await source.next();
    if (first?.type !== 'answer-started') throw firstEventError(first);
    await answers.begin(principal, first, conversationId === null);
    log.push(log.complete(first));
  } catch (error) {
    stop.abort(error);
    source.return(undefined).catch(() => {});
    throw error;
  }
  return { id, source, log, stop, record: () => given ?? emptyRecord(log.events) };
}

interface FinalOptions {
  readonly principal: Principal;
  readonly log: EventLog;
  readonly final: AnswerEvent;
  readonly record: AnswerRecord;
}

/** The final event leaves only after it is stored; when that fails, what leaves says so. */
async function storeFinal(
  deps: Pick<AnswerRunsDeps, 'answers' | 'log'>,
  { principal, log, final, record }: FinalOptions,
): Promise<Answer> {
  const events = [...log.events, final];
  try {
    await deps.answers.finish(principal, folded(events), events, record);
    log.end(final);
  } catch (error) {
    const { code, cause } = AppError.from(error);
    deps.log.error({ err: cause ?? error, code }, 'an answer could not be stored');
    log.end(log.failure(new AppError(code, 'The answer could not be stored. Ask again.', { cause: error })));
  }
  return folded(log.events);
}

function folded(events: readonly AnswerEvent[]): Answer {
  const answer = foldAnswer(events);
  if (!answer) throw new AppError('INTERNAL', 'An answer has no first event.');
  return answer;
}

interface PumpOptions {
  readonly source: AsyncGenerator<AnswerEvent>;
  readonly log: EventLog;
  readonly stop: AbortController;
  readonly graceMilliseconds: number;
  readonly logger: Pick<Log, 'error' | 'warn'>;
}

/** Moves events from the chain into the log until the final one, which it returns; a chain that does not end gets an end. */
async function pump({ source, log, stop, graceMilliseconds, logger }: PumpOptions): Promise<AnswerEvent> {
  const overdue = overdueAfterAbort(stop.signal, graceMilliseconds);
  try {
    for (;;) {
      const next = await Promise.race([source.next(), overdue.promise]);
      if (next === 'overdue') return log.failure(AppError.from(stop.signal.reason));
      if (next.done) throw new AppError('INTERNAL', 'The answer ended without a final event.');
      const event = log.complete(next.value);
      if (isFinalEvent(event)) return event;
      log.push(event);
    }
  } catch (error) {
    logger.error({ err: error }, 'the answering chain failed');
    return log.failure(AppError.from(error));
  } finally {
    overdue.clear();
    source
      .return(undefined)
      .catch((error: unknown) => logger.warn({ err: error }, 'the answering chain failed to end'));
  }
}

function overdueAfterAbort(signal: AbortSignal, milliseconds: number): { promise: Promise<'overdue'>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const { promise, resolve } = Promise.withResolvers<'overdue'>();
  const begin = () => {
    timer = setTimeout(() => resolve('overdue'), milliseconds);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    promise,
    clear() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}

function firstEventError(event: AnswerEvent | undefined): AppError {
  if (event?.type === 'answer-failed')
    return new AppError(event.error.code, event.error.detail, { errors: event.error.errors });
  return new AppError('INTERNAL', 'The answer did not start.');
}

/** What is known of an answer that was ended from outside, before its chain could give its record. */
function emptyRecord(events: readonly AnswerEvent[]): AnswerRecord {
  const retrieved = events.find((event) => event.type === 'passages-retrieved');
  const condensed = events.find((event) => event.type === 'question-condensed');
  const started = events.find((event) => event.type === 'answer-started');
  return {
    standalone: condensed?.standalone ?? started?.question ?? '',
    promptVersions: {},
    embedder: '',
    passages: (retrieved?.passages ?? []).map(({ id, documentId, version, score }) => ({
      id,
      documentId,
      version,
      score,
      dense: null,
      sparse: null,
    })),
    refusal: null,
    rejectedQuotes: [],
  };
}

function serverStopping(): AppError {
  return new AppError('SERVER_STOPPING', 'The server is stopping; the answer was not completed.');
}

function tookTooLong(milliseconds: number): AppError {
  return new AppError('DEADLINE_EXCEEDED', `The answer was not complete after ${milliseconds / 1000} seconds.`);
}
