import { type AnswerEvent, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import type { AnswerRecord } from '../store/answers.ts';
import { answerKey } from './answer-key.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';
import { bareProblem } from './answer-question-chain.ts';
import type { KeptAnswer, KeptAnswers } from './kept-answers.ts';
import { type SharedComputation, startComputation } from './shared-computation.ts';

export interface SharedAnswersDeps {
  readonly answerQuestion: AnswerQuestion;
  /** Raised by every publish, removal, permission change and new glossary of the tenant. */
  readonly generation: (tenant: TenantId) => Promise<number>;
  /** What beside question and sources decides an answer. */
  readonly fingerprint: () => string;
  readonly kept: KeptAnswers;
  readonly now: () => Date;
}

/**
 * The chain, run once for all who ask the same at the same time with the same rights, and not at all while an answer to it is
 * kept. Each asker gets an answer of its own, with its own ids. A follow-up depends on its conversation and is never shared.
 */
export function shareAnswers(deps: SharedAnswersDeps): AnswerQuestion {
  const { answerQuestion, kept, now } = deps;
  const running = new Map<string, SharedComputation>();

  const keyOf = (input: AnswerInput, generation: number) => answerKey(input, generation, deps.fingerprint());

  function begin(key: string, input: AnswerInput): SharedComputation {
    const computation = startComputation(answerQuestion, input, (ended) => {
      if (running.get(key) === ended) running.delete(key);
    });
    running.set(key, computation);
    return computation;
  }

  return async function* sharedAnswer(input, signal) {
    const started = performance.now();
    const policy = input.cache ?? 'use';
    if (input.onlyKeptOf !== undefined) {
      const known = kept.get(keyOf(input, input.onlyKeptOf));
      if (known) yield* replay(known, { input, started, now });
      return;
    }
    if (input.history.length > 0 || policy === 'bypass') return yield* answerQuestion(input, signal);
    const generation = input.generation ?? (await deps.generation(input.principal.tenantId).catch(() => null));
    // Whatever keeps the generation from being read, the chain meets it too and says it in its final event.
    if (generation === null) return yield* answerQuestion(input, signal);
    const key = keyOf(input, generation);
    const known = policy === 'use' ? kept.get(key) : undefined;
    if (known) return yield* replay(known, { input, started, now });

    const joined = policy === 'use' ? running.get(key) : undefined;
    const isJoined = joined?.isOpen() ?? false;
    const computation = joined && isJoined ? joined : begin(key, input);
    for await (const event of follow(computation, input, { signal, now, isJoined })) {
      const record = computation.record();
      if (!isJoined && record && isKeepable(event, computation.events))
        kept.set(key, { tenant: input.principal.tenantId, generation, events: computation.events, record });
      yield event;
    }
  };
}

/** An answer that failed, is partial or went without a part is computed anew: the next one may be better. So is one whose source ends. */
function isKeepable(event: AnswerEvent, events: readonly AnswerEvent[]): boolean {
  if (event.type !== 'answer-finished' && event.type !== 'answer-refused') return false;
  if (event.type === 'answer-finished' && event.partial) return false;
  return !events.some((one) => one.type === 'step-degraded' || usesWhatEnds(one));
}

/** A reviewed answer with a last day ends without any change of the tenant's sources. */
function usesWhatEnds(event: AnswerEvent): boolean {
  return event.type === 'passages-retrieved' && event.passages.some(({ reviewed }) => Boolean(reviewed?.validUntil));
}

interface Following {
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Whether another asker began it and pays for it. */
  readonly isJoined: boolean;
}

async function* follow(
  computation: SharedComputation,
  input: AnswerInput,
  { signal, now, isJoined }: Following,
): AsyncGenerator<AnswerEvent> {
  const stopped = Promise.withResolvers<void>();
  const onAbort = () => stopped.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  let isFollowing = true;
  computation.join();
  try {
    for (let position = 0; ; ) {
      if (signal.aborted && isFollowing) {
        isFollowing = false;
        if (computation.leave(signal.reason)) return yield stoppedEvent(position, signal, now());
      }
      const event = computation.events[position];
      if (event) {
        position += 1;
        if (isFinalEvent(event)) giveRecord(computation.record(), input);
        yield isJoined ? unpaid(own(event, input, now()), {}) : event;
        if (isFinalEvent(event)) return;
      } else if (computation.isOver()) {
        return;
      } else {
        await (isFollowing ? Promise.race([computation.changed(), stopped.promise]) : computation.changed());
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (isFollowing) computation.leave(new AppError('ANSWER_STOPPED', 'Nobody waits for the answer.'));
  }
}

async function* replay(
  { events, record }: KeptAnswer,
  { input, started, now }: { input: AnswerInput; started: number; now: () => Date },
): AsyncGenerator<AnswerEvent> {
  input.onKept?.();
  for (const event of events) {
    if (isFinalEvent(event)) giveRecord(record, input);
    const change = { cached: true, timings: { total: performance.now() - started } };
    yield unpaid(own(event, input, now()), change);
  }
}

function giveRecord(record: AnswerRecord | null, input: AnswerInput): void {
  if (record) input.onRecord({ ...record });
}

/** The event as it stands in the answer of another asker. */
function own(event: AnswerEvent, { answerId, conversationId, question }: AnswerInput, at: Date): AnswerEvent {
  const placed = { ...event, at: at.toISOString() };
  return placed.type === 'answer-started' ? { ...placed, answerId, conversationId, question } : placed;
}

/** Tokens and cost are told once, by the answer that was computed. */
function unpaid(
  event: AnswerEvent,
  change: { readonly cached?: boolean; readonly timings?: Readonly<Record<string, number>> },
): AnswerEvent {
  const { cached, timings } = change;
  const usage = { inputTokens: 0, outputTokens: 0 };
  if (event.type === 'answer-refused')
    return { ...event, ...(event.usage ? { usage } : {}), ...(cached ? { cached } : {}) };
  if (event.type !== 'answer-finished') return event;
  const nothing = { usage, cost: event.cost === null ? null : 0 };
  return { ...event, ...nothing, ...(cached ? { cached } : {}), ...(timings ? { timings: { ...timings } } : {}) };
}

function stoppedEvent(sequence: number, { reason }: AbortSignal, at: Date): AnswerEvent {
  const error = reason instanceof AppError ? reason : new AppError('ANSWER_STOPPED', 'The answer was stopped.');
  return { type: 'answer-failed', sequence, at: at.toISOString(), error: bareProblem(error) };
}
