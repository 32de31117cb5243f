import { describe, expect, test } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { scoredPassage } from '../../test/scored-passage.ts';
import {
  type Behaviour,
  completeBody,
  type StubModelServer,
  startStubModelServer,
} from '../../test/stub-model-server.ts';
import { type AnswerEvent, isFinalEvent } from '../domain/answer.ts';
import { createOpenAiChatModel } from '../models/chat/openai-chat-model.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Retrieval } from '../retrieve/retrieve.ts';
import { createAnswerQuestion } from './answer-question-chain.ts';

const never = new AbortController().signal;
const texts = [
  'Refunds of annual plans take five working days. Shipping costs are not refunded.',
  `Deleted files are kept for 30 days on every plan. ${'A long story follows here, word for word, of no use to anyone. '.repeat(32)}`,
] as const;

const passages = texts.map((text, index) =>
  scoredPassage({
    id: `psg_${index}`,
    documentId: `doc_${index}`,
    text,
    title: `Document ${index}`,
    score: 1 - index / 10,
    sparse: 12,
  }),
);
const retrieval: Retrieval = {
  passages,
  ranked: passages,
  nearest: [],
  questionVector: null,
  idealSparse: 14,
  relevance: null,
  degradations: [],
  dropped: [],
  timings: {},
};

/** Asks a model that behaves so, and checks what holds whatever it does: one end, and nothing shown that no quote proves. */
async function ask(
  server: StubModelServer,
  behaviours: readonly Behaviour[],
  totalMs = 20_000,
): Promise<AnswerEvent[]> {
  server.script(...behaviours);
  const options = { model: 'stub', apiKey: 'sk-test', baseUrl: server.url, retryDelayMs: 0, totalMs };
  const answerQuestion = createAnswerQuestion({
    retrieve: async () => retrieval,
    embedder: fakePort<Embedder>('embedder', { id: 'words-only', dimensions: 4 }),
    chat: await createOpenAiChatModel(options),
    index: { inverseDocumentFrequencies: async (_tenant, terms) => new Float32Array(terms.length).fill(4.6) },
    documents: fakePort('documents'),
    refusalThreshold: 1,
    now: () => new Date(),
    log: { warn: () => {} },
  });
  const events: AnswerEvent[] = [];
  const input = {
    answerId: 'ans_1',
    conversationId: 'cnv_1',
    question: 'How long do refunds of annual plans take?',
    history: [],
    principal: { tenantId: 'ten_1', credential: 'key_1', userId: null, role: 'reader', scopes: ['read'], grants: [] },
    filter: null,
    mode: 'strict',
    locale: null,
    maxQuotes: 8,
    onRecord: () => {},
  } as const;
  for await (const event of answerQuestion(input, never)) events.push(event);
  expectProven(events);
  return events;
}

function expectProven(events: readonly AnswerEvent[]): void {
  expect(events.filter(isFinalEvent)).toEqual([events.at(-1)]);
  const quotes = events.filter((event) => event.type === 'quote-verified');
  for (const { documentId, start, end, text } of quotes)
    expect(texts[Number(documentId.slice('doc_'.length))]?.slice(start, end)).toBe(text);
  const sentences = events.filter((event) => event.type === 'sentence-finished');
  const shown = events.map((event) => (event.type === 'text-delta' ? event.text.trim() : '')).filter(Boolean);
  expect(shown).toEqual(sentences.map(({ text }) => text));
  const known = new Set(quotes.map(({ number }) => number));
  for (const { citations } of sentences) {
    expect(citations).not.toEqual([]);
    expect(citations.every((number) => known.has(number))).toBe(true);
  }
}

const say = (text: string): Behaviour => ({ kind: 'text', text });
const quoting = say('[1] "Refunds of annual plans take five working days."\n[1] "Shipping costs are not refunded."');
const answering = 'Refunds of annual plans take five working days [1]. Shipping costs are not refunded [2].';
const textOf = (events: readonly AnswerEvent[]) =>
  events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
const detailsOf = (events: readonly AnswerEvent[]) =>
  events.flatMap((event) => {
    if (event.type === 'quote-rejected' || event.type === 'sentence-withheld') return [event.reason];
    return event.type === 'step-degraded' ? [`${event.to}: ${event.cause}`] : [];
  });

describe('a quote that is', () => {
  test.each<[string, string, string[]]>([
    ['nearly right, but for a digit', '[2] "Deleted files are kept for 31 days on every plan."', ['altered']],
    ['nearly right, but for a word', '[1] "Refunds of annual plans take six working days."', ['altered']],
    ['of no passage', '[1] "Every customer receives a gift card in spring."', ['not-found']],
    ['in another language', '[1] "Rückerstattungen dauern fünf Werktage."', ['not-found']],
  ])('%s is rejected, and nothing is written from it', async (_name, reply, reasons) => {
    await using server = await startStubModelServer();
    const events = await ask(server, [say(reply)]);
    expect(detailsOf(events)).toEqual(expect.arrayContaining(reasons));
    expect(server.requests.every(({ body }) => !JSON.stringify(body.messages).includes('<quote number'))).toBe(true);
    expect(textOf(events)).not.toMatch(/31|six|gift|Werktage/);
  });

  test('right, but of another passage, counts for that passage or not at all', async () => {
    await using server = await startStubModelServer();
    const events = await ask(server, [
      say('[1] "Deleted files are kept for 30 days on every plan."'),
      say('Deleted files are kept for 30 days on every plan [1].'),
    ]);
    for (const event of events)
      if (event.type === 'quote-verified') expect(event.text.includes('30')).toBe(event.documentId === 'doc_1');
  });

  test('right and 2,000 characters long ends like any other', async () => {
    await using server = await startStubModelServer();
    await ask(server, [say(`[2] "${texts[1].slice(0, 2_000)}"`), say('Deleted files are kept for 30 days [1].')]);
  });
});

describe('a model that', () => {
  test.each<[string, Behaviour[], string[]]>([
    ['cites [9] of 2', [quoting, say('Refunds of annual plans take five working days [9].')], ['no-quote']],
    ['cites nothing', [quoting, say('Refunds of annual plans take five working days.')], ['no-quote']],
    ['emits half a JSON', [say('{"quotes": [{"passage": 1, "te')], []],
    ['stops at once', [say('')], []],
    ['writes nothing in the end', [quoting, say('')], []],
    ['answers in another language', [quoting, say('Rückerstattungen dauern neunzig Werktage [1].')], ['not-supported']],
  ])('%s ends, with nothing that no quote proves', async (_name, behaviours, reasons) => {
    await using server = await startStubModelServer();
    expect(detailsOf(await ask(server, behaviours))).toEqual(expect.arrayContaining(reasons));
  });

  test('loops is left, and what it said is said once', async () => {
    await using server = await startStubModelServer();
    const events = await ask(server, [quoting, { kind: 'endless', text: `${answering} ` }]);
    expect(textOf(events)).toBe('Refunds of annual plans take five working days. Shipping costs are not refunded.');
    expect(events.at(-1)?.type).toBe('answer-finished');
    await server.requests.at(-1)?.closedByClient;
  });

  test.each([
    [
      'never stops with its quotes',
      [{ kind: 'endless', text: '[1] "Every customer receives a gift card in spring."\n' }],
    ],
    ['never ends a line', [{ kind: 'endless', text: 'and so on ' }]],
    ['never ends a sentence', [quoting, { kind: 'endless', text: 'and so on ' }]],
    ['sends 10 MB', [{ kind: 'text', text: '[1] "'.padEnd(10_000_000, 'x'), pieceLength: 100_000 }]],
  ] satisfies [string, Behaviour[]][])('%s is left', async (_name, behaviours) => {
    await using server = await startStubModelServer();
    await ask(server, behaviours);
    await server.requests[behaviours.length - 1]?.closedByClient;
  });

  test('takes longer than its deadline gives way to the extractive answerer', async () => {
    await using server = await startStubModelServer();
    const events = await ask(server, [{ kind: 'stall', text: '[1] "Refunds' }], 200);
    expect(detailsOf(events)).toContain('extractive: DEADLINE_EXCEEDED');
    expect(events.at(-1)?.type).toBe('answer-finished');
  });

  test('takes longer than its deadline after the first sentence leaves a partial answer', async () => {
    await using server = await startStubModelServer();
    const events = await ask(server, [quoting, { kind: 'stall', text: `${answering} And th` }], 1_500);
    expect(events.at(-1)).toMatchObject({ type: 'answer-finished', partial: true });
    expect(textOf(events)).toBe('Refunds of annual plans take five working days. Shipping costs are not refunded.');
  });

  test('calls itself by another name is the model that was asked', async () => {
    await using server = await startStubModelServer();
    const events = await ask(server, [quoting, { kind: 'text', text: answering, model: 'another-model' }]);
    expect(events[0]).toMatchObject({ type: 'answer-started', model: 'stub' });
    expect(JSON.stringify(events)).not.toContain('another-model');
    expect(events.at(-1)?.type).toBe('answer-finished');
  });
});

describe('a socket that is cut', { timeout: 600_000 }, () => {
  test('at any byte of an answer of 2 kB leaves what was proven before it', async () => {
    const whole = completeBody(answering);
    expect(whole.length).toBeGreaterThan(1_800);
    await using server = await startStubModelServer();
    const extractive = texts[0].split('. ')[0] ?? '';
    for (let bytes = 0; bytes < whole.length; bytes += 1) {
      const events = await ask(server, [quoting, { kind: 'cut', text: answering, bytes }]);
      const last = events.at(-1);
      expect([bytes, last?.type]).toEqual([bytes, 'answer-finished']);
      expect(textOf(events)).toContain(extractive);
    }
  });
});
