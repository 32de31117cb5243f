import { type Answer, type AnswerEvent, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { type AnswerId, type ConversationId, isId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRelay } from '../store/answer-relay.ts';
import { type AppContext, principalOf } from './app-env.ts';
import { canonicalAnswer, canonicalEvent } from './canonical-answer.ts';
import { eventStreamResponse } from './event-stream.ts';
import { type Restore, restoreAnswer, restoreEvent } from './restore-values.ts';
import type { RouteDeps } from './route-deps.ts';

type AnswerDeps = Pick<RouteDeps, 'answers' | 'runs' | 'relay'>;

export function answerIdOf(value: string): AnswerId {
  if (isId('answer', value)) return value;
  throw answerNotFound();
}

export function conversationIdOf(value: string): ConversationId {
  if (isId('conversation', value)) return value;
  throw new AppError('NOT_FOUND', 'There is no such conversation.');
}

/** The same for what does not exist and for what another owns. */
export function answerNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such answer.');
}

/** The stored answer. Throws NOT_FOUND when the caller may not see it; every route on an answer asks here first. */
export async function visibleAnswer(c: AppContext, { answers, runs }: AnswerDeps, id: string): Promise<Answer> {
  const answer = await answers.get(principalOf(c), answerIdOf(id));
  if (!answer) throw answerNotFound();
  return await forReader(c, { runs }, canonicalAnswer(answer));
}

async function forReader(c: AppContext, { runs }: Pick<AnswerDeps, 'runs'>, answer: Answer): Promise<Answer> {
  const restore = await runs.restorerOf(principalOf(c), answerIdOf(answer.id));
  return restore ? restoreAnswer(answer, restore) : answer;
}

/** The answer when it is final; waits for it where it is still being written, as long as the caller does. Throws what it failed with. */
export async function finishedAnswer(c: AppContext, deps: AnswerDeps, id: AnswerId): Promise<Answer> {
  const run = deps.runs.find(principalOf(c), id);
  if (run) for await (const _events of run.events(-1, c.req.raw.signal));
  const answer = run ? await forReader(c, deps, canonicalAnswer(await run.finished)) : await visibleAnswer(c, deps, id);
  if (answer.error) throw new AppError(answer.error.code, answer.error.detail, { errors: answer.error.errors });
  return answer;
}

interface Place {
  readonly principal: Principal;
  readonly id: AnswerId;
  /** Sequence number of the last event that is known; -1 for none. */
  readonly after: number;
}

type EventBatches = AsyncIterable<readonly AnswerEvent[]> | Iterable<readonly AnswerEvent[]>;

/** The events above `after`; 204 tells an EventSource that nothing more will come. */
export async function answerEventStream(
  c: AppContext,
  deps: AnswerDeps,
  place: Pick<Place, 'id' | 'after'>,
): Promise<Response> {
  const open = await followEvents(c, deps, place);
  return open ? eventStreamResponse(c, (signal) => framesOf(open(signal))) : c.body(null, 204);
}

/** Opens the events above `after`, as they happen or as they are stored; null when the answer is over and none is left. */
export async function followEvents(
  c: AppContext,
  deps: AnswerDeps,
  place: Pick<Place, 'id' | 'after'>,
): Promise<((signal: AbortSignal) => EventBatches) | null> {
  const open = await openEvents(c, deps, place);
  const restore = await deps.runs.restorerOf(principalOf(c), place.id);
  return open && restore ? (signal) => restored(open(signal), restore) : open;
}

async function* restored(batches: EventBatches, restore: Restore): AsyncGenerator<readonly AnswerEvent[]> {
  for await (const batch of batches) yield batch.map((event) => restoreEvent(event, restore));
}

async function openEvents(
  c: AppContext,
  deps: AnswerDeps,
  { id, after }: Pick<Place, 'id' | 'after'>,
): Promise<((signal: AbortSignal) => EventBatches) | null> {
  const principal = principalOf(c);
  const run = deps.runs.find(principal, id);
  if (run) return (signal) => run.events(after, signal);
  const left = await storedEvents(deps, { principal, id, after });
  if (left) return left.length === 0 ? null : () => [left];
  const { relay } = deps;
  if (!relay || (await relay.health()).state !== 'ok')
    throw new AppError('CONFLICT', 'Another process is writing this answer.', { retryAfter: 1 });
  return (signal) => eventsElsewhere({ ...deps, relay }, { principal, id, after }, signal);
}

/**
 * The stored events above `after`; null while the answer is being written. An answer whose process died has no stored events;
 * its end is told from the answer itself. Throws NOT_FOUND.
 */
async function storedEvents(
  { answers }: AnswerDeps,
  { principal, id, after }: Place,
): Promise<readonly AnswerEvent[] | null> {
  const events = await answers.events(principal, id);
  if (!events) throw answerNotFound();
  if (events.some(isFinalEvent)) return events.filter((event) => event.sequence > after).map(canonicalEvent);
  const answer = await answers.get(principal, id);
  if (!answer?.error) return null;
  const end = { sequence: Math.max(after, 0) + 1, at: answer.createdAt, error: answer.error };
  return [canonicalEvent({ type: 'answer-failed', ...end })];
}

/** The events that another process publishes; when nothing comes, what is stored meanwhile. */
async function* eventsElsewhere(
  deps: AnswerDeps & { readonly relay: AnswerRelay },
  { principal, id, after }: Place,
  signal: AbortSignal,
): AsyncGenerator<readonly AnswerEvent[]> {
  let position = after;
  for await (const batch of deps.relay.follow({ tenantId: principal.tenantId, id }, after, signal)) {
    const stored = batch.length === 0 ? await storedEvents(deps, { principal, id, after: position }) : null;
    const events = stored ?? batch.map(canonicalEvent);
    position = events.at(-1)?.sequence ?? position;
    if (events.length > 0) yield events;
    if (stored) return;
  }
}

async function* framesOf(batches: EventBatches) {
  for await (const batch of batches)
    yield batch.map((event) => ({ event: event.type, id: event.sequence, data: event }));
}
