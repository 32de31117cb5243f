import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLibrary } from '../../scripts/fit-refusal/library.ts';
import { sampleAnswerInput } from '../../test/answer-input.ts';
import { samplePrincipal } from '../../test/sample-documents.ts';
import { type Behaviour, startStubModelServer } from '../../test/stub-model-server.ts';
import { AnswerEvent, foldAnswer, type Quote } from '../domain/answer.ts';
import type { ObjectSchema } from '../domain/object-schema.ts';
import { prepareDocument } from '../ingest/prepare-document.ts';
import { createOpenAiChatModel } from '../models/chat/openai-chat-model.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { Embedder } from '../models/embedder.ts';
import { createMiniLmEmbedder } from '../models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import type { AnswerRecord } from '../store/answers.ts';
import { createAnswerQuestion } from './answer-question-chain.ts';

const pages = ['billing/refunds.md', 'billing/plans-and-limits.md', 'policies/retention-schedule.md'];
const never = new AbortController().signal;
const countTokens = createTokenCounter();
let embedder: Embedder;
let library: Awaited<ReturnType<typeof openLibrary>>;
let contents: string[] = [];

beforeAll(async () => {
  embedder = createMiniLmEmbedder({ threads: 1 });
  const documents = await Promise.all(
    pages.map(async (page) => {
      const bytes = await readFile(new URL(`../../datasets/handbook/documents/${page}`, import.meta.url));
      return await prepareDocument({ bytes, fileName: page, mediaType: '', title: null, language: null }, countTokens);
    }),
  );
  contents = documents.map(({ content }) => content);
  library = await openLibrary(documents, { embedder, countTokens, signal: never });
});
afterAll(async () => await embedder.close());

const question = 'Are yearly plans refunded in full?';
const schema: ObjectSchema = {
  type: 'object',
  properties: {
    refundDays: { type: 'integer', description: 'Days after the purchase within which yearly plans are refunded' },
    dog: { type: 'string', description: 'Name of the dog of the chief executive' },
  },
};

async function ask(asked: string, wanted: ObjectSchema, chat: ChatModel | null = null) {
  const records: AnswerRecord[] = [];
  const log = { warn: () => {} };
  const now = () => new Date('2026-01-01T00:00:00Z');
  const answerQuestion = createAnswerQuestion({ ...library, embedder, chat, refusalThreshold: null, now, log });
  const onRecord = (record: AnswerRecord) => void records.push(record);
  const input = sampleAnswerInput(samplePrincipal(library.tenant), asked, { locale: 'en', schema: wanted, onRecord });
  const events: AnswerEvent[] = [];
  for await (const event of answerQuestion(input, never)) events.push(AnswerEvent.parse(event));
  const answer = foldAnswer(events);
  if (!answer) throw new Error('There is no first event.');
  expectProved(events, answer.quotes);
  return { events, answer, record: records[0] };
}

/** What holds for every object: its quotes came as events, in order, word for word from a document, and nothing else is a proof. */
function expectProved(events: readonly AnswerEvent[], quotes: readonly Quote[]): void {
  const verified = events.filter((event) => event.type === 'quote-verified');
  expect(verified.map(({ number }) => number)).toEqual(quotes.map(({ number }) => number));
  expect(verified.map(({ number }) => number)).toEqual(verified.map((_, index) => index + 1));
  for (const { text, start, end } of verified)
    expect(contents.some((content) => content.slice(start, end) === text)).toBe(true);
  const end = events.at(-1);
  if (end?.type !== 'answer-finished') return;
  for (const [name, field] of Object.entries(end.fields ?? {})) {
    expect(end.object?.[name]).toEqual(field.value);
    expect(field.quotes.every((number) => number >= 1 && number <= quotes.length)).toBe(true);
    expect(field.value === null).toBe(field.quotes.length === 0);
    expect(field.value === null).toBe(field.reason !== undefined);
  }
}

function quotesOf(answer: { fields?: unknown; quotes: readonly Quote[] }, numbers: readonly number[] = []): string[] {
  return numbers.map((number) => answer.quotes[number - 1]?.text ?? '');
}

describe('without a chat model', () => {
  test('a field is the one value that the sources state, and null where they state none', async () => {
    const { answer, record } = await ask(question, schema);
    expect(answer.object).toEqual({ refundDays: 30, dog: null });
    expect(quotesOf(answer, answer.fields?.refundDays?.quotes).join('\n')).toContain('within 30 days of the purchase');
    expect(answer.fields?.dog).toEqual({ value: null, quotes: [], reason: 'no-evidence' });
    expect(answer.timings.fields).toBeGreaterThan(0);
    // The record tells of the question, not of what was asked beside it.
    expect(record?.standalone).toBe(question);
  });

  test('a list is the sentences of its answer, and two values for one field are none', async () => {
    const { answer } = await ask('How do I ask for a refund?', {
      type: 'object',
      properties: {
        steps: { type: 'array', items: { type: 'string' }, description: 'How do I ask for a refund?' },
        arrival: { type: 'integer', description: 'Business days that refunds take by card and by bank transfer' },
      },
    });
    expect(answer.object?.steps).toEqual(expect.arrayContaining([expect.stringContaining('note the invoice number')]));
    expect(answer.fields?.arrival).toMatchObject({ value: null, reason: 'ambiguous' });
  });

  test('a refused question has no object', async () => {
    const { answer } = await ask('Who won the football world cup in 1998?', schema);
    expect(answer.state).toBe('refused');
    expect(answer.object).toBeUndefined();
  });
});

describe('with a chat model', () => {
  const sentence = 'Yearly plans are refunded in full when you ask within 30 days of the purchase.';
  const text = (reply: string): Behaviour => ({ kind: 'text', text: reply });
  const answered = [text(`[1] "${sentence}"`), text('Yearly plans are refunded in full within 30 days. [1]')];

  async function askModel(...behaviours: Behaviour[]) {
    await using server = await startStubModelServer();
    server.script(...answered, ...behaviours);
    const chat = await createOpenAiChatModel({ baseUrl: server.url, apiKey: 'key', model: 'stub' });
    const result = await ask(question, schema, chat);
    return { ...result, requests: server.requests };
  }

  test('a value counts with a quote that aligns and holds it', async () => {
    const claims = {
      refundDays: { value: 30, quotes: [{ passage: null, text: sentence }], reason: null },
      dog: { value: null, quotes: [], reason: 'no-evidence' },
    };
    const { answer, record, requests } = await askModel(text(JSON.stringify(claims)));
    expect(answer.object).toEqual({ refundDays: 30, dog: null });
    expect(quotesOf(answer, answer.fields?.refundDays?.quotes)).toEqual([sentence]);
    expect(answer.quotes).toHaveLength(1);
    expect(record?.promptVersions.extractFields).toMatch(/^extract-fields\.v1 sha256:/);
    expect(requests.at(-1)?.body.response_format).toMatchObject({ type: 'json_schema' });
  });

  test('an invented value and an altered quote are thrown away', async () => {
    const altered = sentence.replace('30', '60');
    const claims = {
      refundDays: { value: 60, quotes: [{ passage: 1, text: altered }], reason: null },
      dog: { value: 'Rex', quotes: [{ passage: null, text: sentence }], reason: null },
    };
    const { answer, events, record } = await askModel(text(JSON.stringify(claims)));
    expect(answer.object).toEqual({ refundDays: null, dog: null });
    expect(answer.fields?.refundDays?.reason).toBe('no-evidence');
    expect(events.filter(({ type }) => type === 'quote-rejected')).toHaveLength(1);
    expect(record?.rejectedQuotes).toContainEqual({ text: altered, reason: 'altered' });
  });

  test('a reply that is no object is made up for by the extractive way', async () => {
    const { answer, events } = await askModel(text('Sure! Here you are.'));
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'step-degraded', step: 'fields', to: 'extractive', cause: 'MODEL_BAD_RESPONSE' }),
    );
    expect(answer.object).toEqual({ refundDays: 30, dog: null });
  });
});
