import { type AnswerEvent, isFinalEvent, type Problem, type UnsequencedAnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerLocator } from '../models/answer-locator.ts';
import type { Hedge, HedgedCall } from '../models/chat/hedge-chat-model.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { ChatPrice } from '../models/chat-price.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Retrieve } from '../retrieve/retrieve.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';
import { answerSteps, type Parts } from './answer-steps.ts';
import { createTrace, toRecord } from './answer-trace.ts';
import { createModelAnswerer } from './answer-with-model.ts';
import { answerWithObject } from './answer-with-object.ts';
import { createEmbedUnits } from './evidence/embed-units.ts';
import { createLocateAnswer, knowsQuestion } from './evidence/locate-answer.ts';
import { createTokenMeter, type Spent, type TokenMeter } from './meter-tokens.ts';
import { loadPrompts } from './prompts/load-prompts.ts';
import { createRefusalModel } from './refuse/refusal-model.ts';

export interface AnswerQuestionDeps {
  readonly retrieve: Retrieve;
  readonly embedder: Embedder;
  /** Null: the extractive answerer writes the answers. */
  readonly chat: ChatModel | null;
  /** Asked in this order when `chat` fails before the first sentence; none when left out. */
  readonly fallbacks?: readonly ChatModel[];
  /** Calls the next model, or the same one again, beside a call that is late; nothing does when left out or null. */
  readonly hedge?: Hedge | null;
  /** Second judge of what the chat model writes; without one words alone decide. */
  readonly judge?: ChatModel | null;
  /** Reads the best sentences beside the question; nothing does when left out or null. */
  readonly locator?: AnswerLocator | null;
  readonly index: Pick<VectorIndex, 'inverseDocumentFrequencies'>;
  readonly documents: Pick<DocumentStore, 'hasDocuments' | 'content'>;
  /** Milliseconds that the vectors of sentences and the answer locator may each take before the rest judges them. */
  readonly evidenceDeadline?: number;
  /** Null: the fitted one. */
  readonly refusalThreshold: number | null;
  /** US dollars for a million tokens of a model, by its id; left out: not known. */
  readonly priceOf?: (model: string) => ChatPrice | null;
  /** Makes the problem of a failed answer; left out, it names only the error's page, for the server to complete. */
  readonly problemOf?: (error: AppError) => Problem;
  readonly now: () => Date;
  readonly log: { warn(fields: object, message: string): void };
}

/** The answering chain: condense, search, rank sentences, refuse or answer. The port says what its events promise. */
export function createAnswerQuestion(deps: AnswerQuestionDeps): AnswerQuestion {
  const prompts = loadPrompts();
  const setUp = [deps.chat ?? [], deps.fallbacks ?? []].flat();
  const shared = {
    retrieve: deps.retrieve,
    index: deps.index,
    documents: deps.documents,
    hasJudge: Boolean(deps.judge),
    prompts,
    embedUnits: createEmbedUnits(deps.embedder, deps.evidenceDeadline),
    locate: deps.locator ? createLocateAnswer(deps.locator, deps.evidenceDeadline) : null,
  };
  const partsFor = ({ models, refusalThreshold }: AnswerInput, meter: TokenMeter): Parts => {
    const metered = setUp.filter(({ id }) => models?.includes(id) ?? true).map(meter.of);
    const hedgedCalls: HedgedCall[] = [];
    const allowed = metered.map(
      (chat, index) => deps.hedge?.(chat, metered[index + 1] ?? chat, (call) => hedgedCalls.push(call)) ?? chat,
    );
    const judge = deps.judge ? meter.of(deps.judge) : null;
    const modelAnswerers = allowed.map((chat) => ({
      model: chat.id,
      answer: createModelAnswerer({ chat, prompts, judge }),
    }));
    const refusal = createRefusalModel(refusalThreshold ?? deps.refusalThreshold);
    return { ...shared, refusal, chat: allowed[0] ?? null, modelAnswerers, hedgedCalls };
  };
  return async function* answerQuestion(input, signal) {
    // Threads that load a model for a question that it cannot read would be for nothing.
    if (deps.locator && knowsQuestion(deps.locator, input.question)) deps.locator.prepare();
    const trace = createTrace(input, deps.embedder.id);
    const meter = createTokenMeter({ limit: input.tokenLimit, ...(deps.priceOf ? { priceOf: deps.priceOf } : {}) });
    const parts = partsFor(input, meter);
    const steps = input.schema ? answerWithObject : answerSteps;
    let sequence = -1;
    const stamp = (event: UnsequencedAnswerEvent): AnswerEvent => {
      sequence += 1;
      return { ...event, sequence, at: deps.now().toISOString() };
    };
    try {
      for await (const event of steps(parts, input, trace, signal)) {
        if (isFinalEvent(event)) input.onRecord(toRecord(trace, parts.hedgedCalls));
        yield stamp(isFinalEvent(event) && setUp.length > 0 ? withSpent(event, meter.spent()) : event);
        if (isFinalEvent(event)) return;
        signal.throwIfAborted();
      }
      throw new AppError('INTERNAL', 'The answer ended without a result.');
    } catch (error) {
      const failure = signal.aborted ? reasonOf(signal) : AppError.from(error);
      const details = { err: failure.cause ?? failure, code: failure.code, answerId: input.answerId };
      // Who stops an answer gets what they asked for.
      if (failure.code !== 'ANSWER_STOPPED') deps.log.warn(details, 'an answer failed');
      input.onRecord(toRecord(trace, parts.hedgedCalls));
      yield stamp({ type: 'answer-failed', error: (deps.problemOf ?? bareProblem)(failure) });
    }
  };
}

/** Of a refusal the tokens alone are told. */
function withSpent(event: UnsequencedAnswerEvent, { usage, cost }: Spent): UnsequencedAnswerEvent {
  if (event.type === 'answer-finished') return { ...event, usage, cost };
  return event.type === 'answer-refused' ? { ...event, usage } : event;
}

/** A problem that names only the error's page, for the server to complete. */
export function bareProblem({ code, detail, errors, spec }: AppError): Problem {
  const { title, status } = spec;
  return { type: `/docs/errors/${code}`, title, status, code, detail, errors: [...errors], requestId: '' };
}

function reasonOf(signal: AbortSignal): AppError {
  return signal.reason instanceof AppError
    ? signal.reason
    : new AppError('ANSWER_STOPPED', 'The answer was stopped.', { cause: signal.reason });
}
