import type { Quote, UnsequencedAnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import { type AnswerField, fieldsOf, type ObjectSchema, type WantedField } from '../domain/object-schema.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { ScoredPassage } from '../retrieve/retrieve.ts';
import type { AnswerInput } from './answer-question.ts';
import { answerSteps, type Parts } from './answer-steps.ts';
import { createTrace, type Trace } from './answer-trace.ts';
import { checkClaim } from './fields/check-claim.ts';
import { claimFields } from './fields/fields-with-model.ts';
import { chooseFilled, fillField } from './fields/fill-field.ts';
import { describedBy } from './fields/stated-values.ts';
import { quoteTextsOf } from './quotes/quote-text.ts';
import { toQuote } from './release-sentences.ts';

type Events = AsyncGenerator<UnsequencedAnswerEvent>;
type Filled = AsyncGenerator<UnsequencedAnswerEvent, Readonly<Record<string, AnswerField>>>;

/** Passages that a model reads for one field, beside those of the question, and for all of them. */
const passagesForField = 2;
const mostPassages = 20;
/** Quotes that the extractive answer to one field may have. */
const quotesForField = 4;

/**
 * An answer with the object that was asked for. The question is answered first, as without one; then each field is looked for on its own, and
 * its quotes are verified and numbered on from those of the answer. A refusal of the question has no object.
 */
export async function* answerWithObject(parts: Parts, input: AnswerInput, trace: Trace, signal: AbortSignal): Events {
  const { schema } = input;
  const started = performance.now();
  for await (const event of answerSteps(parts, input, trace, signal)) {
    if (event.type !== 'answer-finished' || !schema) {
      yield event;
      continue;
    }
    const asked = performance.now();
    const book = createQuoteBook(event.quotes);
    const filling = { parts, input, trace, schema, answerQuotes: event.quotes, book };
    const fields = yield* fillFields(filling, signal);
    const object = Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
    Object.assign(trace.timings, { fields: performance.now() - asked, total: performance.now() - started });
    yield { ...event, quotes: [...book.quotes], timings: { ...trace.timings }, object, fields };
  }
}

interface Filling {
  readonly parts: Parts;
  readonly input: AnswerInput;
  readonly trace: Trace;
  readonly schema: ObjectSchema;
  /** Those of the question's own answer. */
  readonly answerQuotes: readonly Quote[];
  readonly book: QuoteBook;
}

/** By a chat model where there is one, else, and when it fails, by answers to questions that are made of the fields. */
async function* fillFields(filling: Filling, signal: AbortSignal): Filled {
  const { chat } = filling.parts;
  if (!chat) return yield* fillBySentences(filling, signal);
  try {
    return yield* fillWithModel(filling, chat, signal);
  } catch (error) {
    signal.throwIfAborted();
    yield { type: 'step-degraded', step: 'fields', to: 'extractive', cause: AppError.from(error).code };
    return yield* fillBySentences(filling, signal);
  }
}

async function* fillWithModel(filling: Filling, chat: ChatModel, signal: AbortSignal): Filled {
  const { parts, trace, schema, book } = filling;
  const fields = fieldsOf(schema);
  const passages = await passagesOf(filling, fields, signal);
  const prompt = parts.prompts.extractFields;
  trace.promptVersions.extractFields = prompt.version;
  const question = trace.standalone;
  const claims = await claimFields({ chat, prompt }, { question, passages, fields }, signal);
  const sources = quoteTextsOf(passages);
  const filled: [string, AnswerField][] = [];
  for (const field of fields) {
    const { value, quotes, rejected, reason } = checkClaim(field, claims.get(field.name), sources);
    trace.rejectedQuotes = [...trace.rejectedQuotes, ...rejected];
    for (const rejection of rejected) yield { type: 'quote-rejected', reason: rejection.reason };
    const numbers = yield* book.enter(quotes.map((quote) => toQuote(passages, quote, 1)));
    filled.push([field.name, { value, quotes: numbers, ...(reason ? { reason } : {}) }]);
  }
  return Object.fromEntries(filled);
}

/** Those of the question, and the best of each field's own search. */
async function passagesOf(
  { parts, input, trace }: Filling,
  fields: readonly WantedField[],
  signal: AbortSignal,
): Promise<readonly ScoredPassage[]> {
  const { principal, filter } = input;
  const found = new Map((trace.retrieval?.passages ?? []).map((passage) => [passage.id, passage]));
  for (const field of fields) {
    const queries = [fieldQuestion(field, trace.standalone)];
    const search = { queries, parts: [], principal, filter, limit: passagesForField, tokenBudget: null, expand: false };
    for (const passage of (await parts.retrieve(search, signal)).passages)
      if (!found.has(passage.id) && found.size < mostPassages) found.set(passage.id, passage);
  }
  return [...found.values()];
}

async function* fillBySentences(filling: Filling, signal: AbortSignal): Filled {
  const { trace, schema, book } = filling;
  const filled: [string, AnswerField][] = [];
  const degraded = new Set<string>();
  for (const field of fieldsOf(schema)) {
    const alone = await askAside(filling, describedBy(field), signal);
    const isKnown = alone.at(-1)?.type === 'answer-finished';
    const together = isKnown ? await askAside(filling, fieldQuestion(field, trace.standalone), signal) : alone;
    for (const event of [...alone, ...together]) {
      if (event.type !== 'step-degraded' || degraded.has(event.step)) continue;
      degraded.add(event.step);
      yield event;
    }
    const known = { question: trace.standalone, quotes: filling.answerQuotes };
    const result = chooseFilled(fillField(field, together), fillField(field, alone), known);
    if (result.value === null) filled.push([field.name, { ...result, quotes: [] }]);
    else filled.push([field.name, { value: result.value, quotes: yield* book.enter(result.quotes) }]);
  }
  return Object.fromEntries(filled);
}

/** The events of an answer that is only looked at, without a model and without its predecessors. */
async function askAside(
  { parts, input, trace }: Filling,
  question: string,
  signal: AbortSignal,
): Promise<UnsequencedAnswerEvent[]> {
  const asked: AnswerInput = {
    ...{ answerId: newId('answer'), conversationId: newId('conversation'), question, history: [] },
    ...{ principal: input.principal, filter: input.filter, locale: input.locale, expand: input.expand ?? true },
    ...{ mode: 'strict', maxQuotes: quotesForField, onRecord: () => {} },
  };
  const extractive: Parts = { ...parts, chat: null, modelAnswerers: [] };
  const events: UnsequencedAnswerEvent[] = [];
  for await (const event of answerSteps(extractive, asked, createTrace(asked, trace.embedder), signal))
    events.push(event);
  return events;
}

/** What is asked about comes with the field: its name alone would find the field of another thing. */
function fieldQuestion(field: WantedField, question: string): string {
  return `${describedBy(field)} (${question})`;
}

interface QuoteBook {
  readonly quotes: readonly Quote[];
  /** Gives quotes their numbers, those of the same place the same one; a new one is told. */
  enter(quotes: readonly Quote[]): AsyncGenerator<UnsequencedAnswerEvent, number[]>;
}

function createQuoteBook(known: readonly Quote[]): QuoteBook {
  const quotes = [...known];
  return {
    quotes,
    enter: async function* (entered) {
      const numbers: number[] = [];
      for (const quote of entered) {
        let number = quotes.find((other) => isSamePlace(quote, other))?.number;
        if (number === undefined) {
          number = quotes.length + 1;
          const shown = { ...quote, number };
          quotes.push(shown);
          yield { type: 'quote-verified', ...shown };
        }
        if (!numbers.includes(number)) numbers.push(number);
      }
      return numbers;
    },
  };
}

function isSamePlace(one: Quote, other: Quote): boolean {
  const isSameVersion = one.documentId === other.documentId && one.version === other.version;
  return isSameVersion && one.start === other.start && one.end === other.end;
}
