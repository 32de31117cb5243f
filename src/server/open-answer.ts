import type { AnswerInput, AnswerQuestion } from '../chains/answer-question.ts';
import { conversationLimits } from '../chains/condense/fit-conversation.ts';
import { type Answer, type AnswerEvent, foldAnswer, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { type AnswerId, newId } from '../domain/ids.ts';
import type { AnswerRelay } from '../store/answer-relay.ts';
import type { AnswerRecord, AnswerStore, WholeAnswer } from '../store/answers.ts';
import { createEventLog, type EventLog } from './answer-event-log.ts';
import type { AnswerRequest } from './answer-runs.ts';
import type { KeptMasks } from './kept-masks.ts';

/** One more than a follow-up is read with, so that the chain can say what it leaves out. */
const historyTurns = conversationLimits.turns + 1;

export interface OpenAnswerDeps {
  readonly answerQuestion: AnswerQuestion;
  readonly answers: Pick<AnswerStore, 'add' | 'addIf' | 'begin' | 'history'>;
  /** Null: the answer is followed in this process alone. */
  readonly relay: AnswerRelay | null;
  readonly masks: Pick<KeptMasks, 'keep'>;
  readonly now: () => Date;
}

export interface OpenedAnswer {
  readonly id: AnswerId;
  readonly source: AsyncGenerator<AnswerEvent>;
  readonly log: EventLog;
  readonly stop: AbortController;
  /** What the chain gave, or what is known without it. */
  record(): AnswerRecord;
  /** The answer when it is stored and all of its events are in the log; null while it is written. */
  readonly whole: Answer | null;
}

/** Starts the chain and stores that it started; its first event is in the log then. A kept answer is stored as a whole. */
export async function openAnswer(deps: OpenAnswerDeps, request: AnswerRequest): Promise<OpenedAnswer> {
  const { answers, relay } = deps;
  const { principal, conversationId, editOf = null } = request;
  const before = { turns: historyTurns, editOf };
  const stored = conversationId ? await answers.history(principal, conversationId, before) : [];
  const history = request.history?.slice(-historyTurns) ?? stored;
  if (!history)
    throw new AppError(
      'NOT_FOUND',
      editOf ? 'There is no such answer in the conversation.' : 'There is no such conversation.',
    );
  const opened = askChain(deps, request, { history });
  const { id, log } = opened;
  const place = { isNewConversation: conversationId === null, editOf };
  return await unlessItFails(opened, async (first) => {
    if (first?.type !== 'answer-started') throw firstEventError(first);
    if (opened.isKept()) {
      const whole = await readWhole(opened, first);
      await answers.add(principal, whole, place);
      return withWhole(opened, whole);
    }
    await answers.begin(principal, first, place);
    const published = relay?.publish({ tenantId: principal.tenantId, id }, log.events);
    if (published) log.onChange(published.changed);
    log.push(log.complete(first));
    return { ...opened, whole: null };
  });
}

/**
 * Opens an answer that is kept of this generation of the tenant, and stores it where the tenant still has it then: so that nothing
 * need be read first. Null, with nothing stored, where none is kept or the generation has passed.
 */
export async function openKept(
  deps: OpenAnswerDeps,
  request: AnswerRequest,
  generation: number,
): Promise<OpenedAnswer | null> {
  if (request.conversationId !== null || request.history || request.cache !== 'use') return null;
  const opened = askChain(deps, request, { history: [], onlyKeptOf: generation });
  return await unlessItFails(opened, async (first) => {
    if (first?.type !== 'answer-started' || !opened.isKept()) {
      await opened.source.return(undefined);
      return null;
    }
    const whole = await readWhole(opened, first);
    const isStored = await deps.answers.addIf(request.principal, whole, generation);
    return isStored ? withWhole(opened, whole) : null;
  });
}

type Asked = Omit<OpenedAnswer, 'whole'> & { readonly isKept: () => boolean };

function askChain(
  { answerQuestion, masks, now }: OpenAnswerDeps,
  request: AnswerRequest,
  rest: Pick<AnswerInput, 'history' | 'onlyKeptOf'>,
): Asked {
  const stop = new AbortController();
  const id = newId('answer');
  const log = createEventLog(now, request.problem);
  let given: AnswerRecord | null = null;
  let isKept = false;
  const input: AnswerInput = {
    ...request,
    ...rest,
    answerId: id,
    conversationId: request.conversationId ?? newId('conversation'),
    onMask: (values) => masks.keep(request.principal, id, values),
    onKept: () => {
      isKept = true;
    },
    onRecord: (record) => {
      given = record;
    },
  };
  const source = answerQuestion(input, stop.signal);
  return { id, source, log, stop, record: () => given ?? emptyRecord(log.events), isKept: () => isKept };
}

/** What is made of the first event; an error stops the chain. */
async function unlessItFails<T>(
  { source, stop }: Asked,
  open: (first: AnswerEvent | undefined) => Promise<T>,
): Promise<T> {
  try {
    const { value: first } = await source.next();
    return await open(first ?? undefined);
  } catch (error) {
    stop.abort(error);
    source.return(undefined).catch(() => {});
    throw error;
  }
}

async function readWhole({ source, log, record }: Asked, first: AnswerEvent): Promise<WholeAnswer> {
  const events = [log.complete(first)];
  for await (const event of source) events.push(log.complete(event));
  return { answer: folded(events), events, record: record() };
}

function withWhole(opened: Asked, { answer, events }: WholeAnswer): OpenedAnswer {
  for (const event of events) isFinalEvent(event) ? opened.log.end(event) : opened.log.push(event);
  return { ...opened, whole: answer };
}

/** What the events tell. Throws INTERNAL without the first one. */
export function folded(events: readonly AnswerEvent[]): Answer {
  const answer = foldAnswer(events);
  if (!answer) throw new AppError('INTERNAL', 'An answer has no first event.');
  return answer;
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
