import { describe, expect, test } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { stubLocator } from '../../test/stub-locator.ts';
import { type Behaviour, startStubModelServer } from '../../test/stub-model-server.ts';
import { AnswerEvent, foldAnswer, isFinalEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerLocator } from '../models/answer-locator.ts';
import { createHedge } from '../models/chat/hedge-chat-model.ts';
import { createOpenAiChatModel } from '../models/chat/openai-chat-model.ts';
import type { ChatModel } from '../models/chat-model.ts';
import type { Embedder } from '../models/embedder.ts';
import { asItIs } from '../models/similarity.ts';
import type { Retrieval, Retrieve, RetrieveInput, ScoredPassage } from '../retrieve/retrieve.ts';
import type { AnswerRecord } from '../store/answers.ts';
import { AnswerChain } from './answer-chain.ts';
import type { AnswerInput } from './answer-question.ts';
import { type AnswerQuestionDeps, createAnswerQuestion } from './answer-question-chain.ts';

const never = new AbortController().signal;
const text =
  '# Refunds\n\nRefunds of annual plans take five working days. Shipping costs are not refunded. Write to the billing team first.';
const passage: ScoredPassage = {
  id: 'psg_1',
  documentId: 'doc_1',
  version: 2,
  ordinal: 0,
  text,
  start: 300,
  end: 300 + text.length,
  headingPath: ['Refunds'],
  page: null,
  cells: null,
  externalId: 'a.md',
  tags: {},
  language: 'en',
  title: 'Billing handbook',
  uri: 'https://handbook.example/billing',
  updatedAt: '2026-02-01T00:00:00.000Z',
  score: 1,
  dense: null,
  sparse: 12,
  steps: [],
};
const retrieval: Retrieval = {
  passages: [passage],
  ranked: [passage],
  nearest: [{ documentId: 'doc_1', title: passage.title, uri: passage.uri, score: 1 }],
  questionVector: null,
  idealSparse: 14,
  relevance: null,
  degradations: [],
  dropped: [],
  timings: { search: 1 },
};

interface Setting {
  readonly locator?: AnswerLocator;
  readonly embedder?: Embedder;
  readonly hedge?: AnswerQuestionDeps['hedge'];
  readonly chat?: ChatModel | null;
  readonly fallbacks?: readonly ChatModel[];
  readonly retrieve?: Retrieve;
  readonly hasDocuments?: () => Promise<boolean>;
  readonly refusalThreshold?: number;
  readonly input?: Partial<AnswerInput>;
  readonly priceOf?: NonNullable<AnswerQuestionDeps['priceOf']>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: AnswerEvent) => void;
}

function chainOf(setting: Setting, log: AnswerQuestionDeps['log']) {
  return createAnswerQuestion({
    retrieve: setting.retrieve ?? (async () => retrieval),
    embedder: setting.embedder ?? fakePort<Embedder>('embedder', { id: 'words-only', dimensions: 4 }),
    locator: setting.locator ?? null,
    chat: setting.chat ?? null,
    hedge: setting.hedge ?? null,
    fallbacks: setting.fallbacks ?? [],
    ...(setting.priceOf ? { priceOf: setting.priceOf } : {}),
    index: { inverseDocumentFrequencies: async (_tenant, terms) => new Float32Array(terms.length).fill(4.6) },
    documents: fakePort('documents', setting.hasDocuments ? { hasDocuments: setting.hasDocuments } : {}),
    // Nothing is more probable than 1: whether to refuse is tested where it is decided.
    refusalThreshold: setting.refusalThreshold ?? 1,
    now: () => new Date('2026-03-01T12:00:00Z'),
    log,
  });
}

function inputOf(overrides: Partial<AnswerInput>, onRecord: AnswerInput['onRecord']): AnswerInput {
  return {
    answerId: 'ans_1',
    conversationId: 'cnv_1',
    question: 'How long do refunds of annual plans take?',
    history: [],
    principal: { tenantId: 'ten_1', credential: 'key_1', userId: null, role: 'reader', scopes: ['read'], grants: [] },
    filter: null,
    mode: 'strict',
    locale: null,
    maxQuotes: 8,
    onRecord,
    ...overrides,
  };
}

/** Runs one answer to its end and checks what the port promises of every stream. */
async function ask(setting: Setting = {}) {
  const records: AnswerRecord[] = [];
  const warnings: object[] = [];
  const answerQuestion = chainOf(setting, { warn: (fields) => warnings.push(fields) });
  const events: AnswerEvent[] = [];
  const input = inputOf(setting.input ?? {}, (record) => records.push(record));
  for await (const event of answerQuestion(input, setting.signal ?? never)) {
    expect(AnswerEvent.safeParse(event).error).toBeUndefined();
    if (isFinalEvent(event)) expect(records).toHaveLength(1);
    events.push(event);
    setting.onEvent?.(event);
  }
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index));
  expect(events.filter(isFinalEvent)).toEqual([events.at(-1)]);
  expect(records).toHaveLength(1);
  const answer = foldAnswer(events);
  for (const quote of answer?.quotes ?? [])
    expect(text.slice(quote.start - passage.start, quote.end - passage.start)).toBe(quote.text);
  return {
    events,
    types: events.map((event) => event.type),
    last: events.at(-1),
    record: records[0],
    answer,
    warnings,
  };
}

async function askModel(behaviours: readonly Behaviour[], setting: Setting = {}) {
  return await askModels(['stub'], behaviours, setting);
}

/** The models stand at one server, which takes their requests in turn. */
async function askModels(names: readonly string[], behaviours: readonly Behaviour[], setting: Setting = {}) {
  await using server = await startStubModelServer();
  server.script(...behaviours);
  const options = { apiKey: 'sk-test', baseUrl: server.url, retryDelayMs: 1 };
  const models = await Promise.all(names.map((model) => createOpenAiChatModel({ ...options, model })));
  const [chat = null, ...fallbacks] = models;
  return { ...(await ask({ ...setting, chat, fallbacks })), requests: server.requests };
}

const say = (reply: string): Behaviour => ({ kind: 'text', text: reply });
const status = (code: number, headers: Record<string, string> = {}): Behaviour => ({
  kind: 'status',
  status: code,
  headers,
});
const quotes = say('[1] "Refunds of annual plans take five working days."\n[1] "Shipping costs are not refunded."');
const extractive = 'Refunds of annual plans take five working days.';

describe('with a model', () => {
  test('the answer is finished, and its record tells how', async () => {
    const { types, last, record } = await askModel([quotes, say('It takes five working days [1].')]);
    expect(types).toEqual([
      'answer-started',
      'passages-retrieved',
      'quote-verified',
      'text-delta',
      'sentence-finished',
      'answer-finished',
    ]);
    expect(last).toMatchObject({
      text: 'It takes five working days.',
      quotes: [{ number: 1, text: extractive, start: 300 + text.indexOf('Refunds of') }],
      usage: { inputTokens: 200, outputTokens: 40 },
    });
    expect(Object.keys(record?.promptVersions ?? {}).sort()).toEqual(['selectQuotes', 'writeAnswer']);
    expect(record).toMatchObject({ passages: [{ id: 'psg_1', sparse: 12 }], refusal: { threshold: 1 } });
  });

  test('a model that writes nothing provable ends in a refusal, with what it claimed in the record', async () => {
    const invented = say('[1] "Refunds are paid in gold coins."');
    const { types, last, record } = await askModel([invented, invented]);
    expect(types).not.toContain('text-delta');
    expect(last).toMatchObject({ type: 'answer-refused', reason: 'weak-evidence', nearest: retrieval.nearest });
    expect(last).toMatchObject({ usage: { inputTokens: 200, outputTokens: 40 } });
    const claim = { text: 'Refunds are paid in gold coins.', reason: 'not-found' };
    expect(record?.rejectedQuotes).toEqual([claim, claim]);
    expect(Object.keys(record?.promptVersions ?? {})).toContain('repairQuotes');
  });

  test('a model that says NONE ends in a refusal', async () => {
    expect((await askModel([say('NONE')])).last).toMatchObject({ type: 'answer-refused', reason: 'weak-evidence' });
    expect((await askModel([quotes, say('NONE')])).last).toMatchObject({ type: 'answer-refused' });
  });
});

describe('a model that fails before anything was released: the extractive answerer takes over', () => {
  const cases: [string, Behaviour[], string][] = [
    ['a rejected key', [status(401)], 'MODEL_REJECTED_KEY'],
    ['a rate limit', [status(429, { 'retry-after': '30' })], 'MODEL_RATE_LIMITED'],
    ['a broken server', [status(500), status(500)], 'MODEL_UNAVAILABLE'],
    ['garbage', [{ kind: 'garbage' }], 'MODEL_BAD_RESPONSE'],
    ['half a list of quotes', [{ kind: 'half', text: '[1] "Refunds of', cut: true }], 'MODEL_BAD_RESPONSE'],
    ['a stream without its end', [{ kind: 'half', text: '[1] "Refunds of', cut: false }], 'MODEL_BAD_RESPONSE'],
    ['a rejected key at the second call', [quotes, status(401)], 'MODEL_REJECTED_KEY'],
    ['half a first sentence', [quotes, { kind: 'half', text: 'It takes', cut: true }], 'MODEL_BAD_RESPONSE'],
  ];
  test.each(cases)('%s', async (_name, behaviours, cause) => {
    const { events, answer, requests } = await askModel(behaviours);
    expect(events.filter((event) => event.type === 'step-degraded')).toMatchObject([
      { step: 'answer', to: 'extractive', cause },
    ]);
    expect(answer).toMatchObject({ state: 'finished', text: expect.stringContaining(extractive) });
    expect(JSON.stringify(events)).not.toContain('sk-inner-text');
    expect(requests).toHaveLength(behaviours.length);
  });
});

describe('models one after another', () => {
  const degradations = ({ events }: Awaited<ReturnType<typeof askModels>>) =>
    events.flatMap((event) => (event.type === 'step-degraded' ? [`${event.to}: ${event.cause}`] : []));

  test('the next one answers when the first fails, and the stream says so', async () => {
    const outcome = await askModels(
      ['large', 'small'],
      [status(401), quotes, say('Refunds of annual plans take five working days [1].')],
    );
    expect(degradations(outcome)).toEqual(['small: MODEL_REJECTED_KEY']);
    expect(outcome.requests.map(({ body }) => body.model)).toEqual(['large', 'small', 'small']);
    expect(outcome.answer).toMatchObject({ state: 'finished', model: 'large', text: extractive });
    expect(outcome.answer?.partial).toBeUndefined();
  });

  test('when all fail, each is named, and the answer is extractive', async () => {
    const outcome = await askModels(['large', 'small'], [status(401), quotes, status(401)]);
    expect(degradations(outcome)).toEqual(['small: MODEL_REJECTED_KEY', 'extractive: MODEL_REJECTED_KEY']);
    expect(outcome.answer?.text).toContain(extractive);
  });

  test('no other one is asked after the first released sentence: the answer is partial', async () => {
    const outcome = await askModels(
      ['large', 'small'],
      [
        quotes,
        { kind: 'half', text: 'It takes five working days [1]. Shipping costs are not refunded [2]. And', cut: true },
      ],
    );
    expect(degradations(outcome)).toEqual(['partial: MODEL_BAD_RESPONSE']);
    expect(outcome.last).toMatchObject({ type: 'answer-finished', partial: true });
    expect(outcome.requests).toHaveLength(2);
  });
});

test.each([true, false])('a model that fails later: what was released stays (cut: %s)', async (cut) => {
  const { events, answer } = await askModel([
    quotes,
    { kind: 'half', text: 'It takes five working days [1]. Shipping costs are not refunded [2]. And th', cut },
  ]);
  expect(events.filter((event) => event.type === 'step-degraded')).toMatchObject([
    { step: 'answer', to: 'partial', cause: 'MODEL_BAD_RESPONSE' },
  ]);
  expect(answer).toMatchObject({ state: 'finished', sentences: [{ text: 'It takes five working days.' }, {}] });
  expect(answer?.text).toBe('It takes five working days. Shipping costs are not refunded.');
  // The first call is reported by the server, of the second one the prompt and what was read of the reply are estimated.
  expect(answer?.usage.inputTokens).toBeGreaterThan(150);
  expect(answer?.usage.outputTokens).toBeGreaterThan(40);
});

test('a model that fails before the first sentence has been paid all the same', async () => {
  const { answer } = await askModel([quotes, status(401)]);
  expect(answer).toMatchObject({ state: 'finished', usage: { inputTokens: 100, outputTokens: 20 } });
});

test('cost is told where the price is known', async () => {
  const priceOf = () => ({ input: 1_000, output: 10_000 });
  const replies = [quotes, say('It takes five working days [1].')];
  expect((await askModel(replies, { priceOf })).answer?.cost).toBeCloseTo(0.2 + 0.4);
  expect((await askModel(replies)).answer?.cost).toBeNull();
  expect((await ask({})).answer?.cost).toBe(0);
});

describe('stopped', () => {
  test('while the model writes: the answer fails and the connection to the model is closed', async () => {
    await using server = await startStubModelServer();
    server.script(quotes, { kind: 'stall', text: 'It takes five working days [1]. Shipping costs' });
    const chat = await createOpenAiChatModel({ model: 'stub', apiKey: 'sk-test', baseUrl: server.url });
    const controller = new AbortController();
    const { types, last, warnings } = await ask({
      chat,
      signal: controller.signal,
      onEvent: (event) => event.type === 'text-delta' && controller.abort(),
    });
    expect(last).toMatchObject({ type: 'answer-failed', error: { code: 'ANSWER_STOPPED', status: 409 } });
    expect(types).not.toContain('answer-finished');
    expect(warnings).toEqual([]);
    await server.requests[1]?.closedByClient;
  });

  test('a reader who leaves the loop leaves no call to the model open', async () => {
    await using server = await startStubModelServer();
    server.script(quotes, { kind: 'stall', text: 'It takes five working days [1]. Shipping costs' });
    const chat = await createOpenAiChatModel({ model: 'stub', apiKey: 'sk-test', baseUrl: server.url });
    const events = chainOf({ chat }, { warn: () => undefined })(
      inputOf({}, () => undefined),
      never,
    );
    for await (const event of events) if (event.type === 'text-delta') break;
    await server.requests[1]?.closedByClient;
  });

  test('before it began: the stream still begins, and fails with the reason that was given', async () => {
    const reason = new AppError('SERVER_STOPPING', 'The server stops.');
    const { types, last } = await ask({ signal: AbortSignal.abort(reason) });
    expect(types).toEqual(['answer-started', 'answer-failed']);
    expect(last).toMatchObject({ error: { code: 'SERVER_STOPPING' } });
  });

  test('while it searches', async () => {
    const controller = new AbortController();
    const { last } = await ask({
      signal: controller.signal,
      retrieve: async (_input, signal) => {
        controller.abort();
        signal.throwIfAborted();
        return retrieval;
      },
    });
    expect(last).toMatchObject({ type: 'answer-failed', error: { code: 'ANSWER_STOPPED' } });
  });
});

describe('without passages', () => {
  const nothing: Retrieve = async () => ({ ...retrieval, passages: [], nearest: [] });
  test.each([
    ['no documents at all', false, 'no-documents'],
    ['documents, none of which match', true, 'no-evidence'],
  ])('%s', async (_name, hasDocuments, reason) => {
    const { types, last } = await ask({ retrieve: nothing, hasDocuments: async () => hasDocuments });
    expect(types).toEqual(['answer-started', 'passages-retrieved', 'answer-refused']);
    expect(last).toMatchObject({ reason, message: expect.stringMatching(/./) });
  });

  test('a question without a word is refused and not searched', async () => {
    const retrieve: Retrieve = () => {
      throw new Error('nothing to search for');
    };
    expect((await ask({ retrieve, input: { question: ' ?! ' } })).last).toMatchObject({ reason: 'no-evidence' });
  });
});

test('a question above the threshold is refused before the model is asked', async () => {
  const { last, requests } = await askModel([], { refusalThreshold: -1 });
  expect(last).toMatchObject({ type: 'answer-refused', nearest: retrieval.nearest });
  expect(requests).toHaveLength(0);
});

describe('a part that fails', () => {
  const inner = 'password=hunter2 at 10.0.0.7';
  test.each([
    ['the index', new AppError('INDEX_UNAVAILABLE', 'The index is down.', { cause: inner }), 'INDEX_UNAVAILABLE', 503],
    ['the database', new AppError('DATABASE_UNAVAILABLE', 'Gone.', { cause: inner }), 'DATABASE_UNAVAILABLE', 503],
    ['anything', new Error(inner), 'INTERNAL', 500],
    ['anything that is no error', inner, 'INTERNAL', 500],
  ])('%s: answer-failed with its code and nothing of the inside', async (_name, error, code, httpStatus) => {
    const { types, last, warnings, events } = await ask({ retrieve: () => Promise.reject(error) });
    expect(types).toEqual(['answer-started', 'answer-failed']);
    expect(last).toMatchObject({ error: { code, status: httpStatus, type: `/docs/errors/${code}` } });
    expect(JSON.stringify(events)).not.toContain('hunter2');
    expect(warnings).toMatchObject([{ code, answerId: 'ans_1' }]);
  });

  test('what the search went without is told', async () => {
    const degradations = [{ step: 'embed', to: 'lexical', cause: 'MODEL_UNAVAILABLE' }];
    const { events, answer } = await ask({ retrieve: async () => ({ ...retrieval, degradations }) });
    expect(events).toContainEqual(expect.objectContaining({ type: 'step-degraded', ...degradations[0] }));
    expect(answer).toMatchObject({ state: 'finished', model: 'extractive' });
  });
});

test('a follow-up is searched as a standalone question and as it was asked', async () => {
  const searched: RetrieveInput[] = [];
  const retrieve: Retrieve = async (input) => {
    searched.push(input);
    return retrieval;
  };
  const history = [{ question: 'Who handles refunds of annual subscriptions?', answer: 'The billing team.' }];
  const { events, record } = await ask({ retrieve, input: { history, question: 'How long does that take?' } });
  const condensed = events.find((event) => event.type === 'question-condensed');
  expect(condensed?.standalone).toContain('refunds');
  expect(searched[0]?.queries).toEqual([condensed?.standalone, 'How long does that take?']);
  expect(record?.standalone).toBe(condensed?.standalone);
});

test('other words that were searched are told before their passages, and refused when asked', async () => {
  const searched: RetrieveInput[] = [];
  const expansion = {
    original: 'How long does a refnud take?',
    searched: 'How long does a refund take?',
    changes: [{ from: 'refnud', to: 'refund', reason: 'spelling' as const }],
    gained: 3,
  };
  const retrieve: Retrieve = async (input) => {
    searched.push(input);
    return input.expand ? { ...retrieval, expansion } : retrieval;
  };
  const { events, record } = await ask({ retrieve, input: { question: expansion.original } });
  const types = events.map(({ type }) => type);
  expect(types.indexOf('question-expanded')).toBe(types.indexOf('passages-retrieved') - 1);
  const { gained, ...told } = expansion;
  expect(events).toContainEqual(expect.objectContaining({ type: 'question-expanded', reason: 'spelling', ...told }));
  expect(record).toMatchObject({ standalone: expansion.searched, expansion: { gained, reason: 'spelling' } });
  const refused = await ask({ retrieve, input: { question: expansion.original, expand: false } });
  expect(refused.events.map(({ type }) => type)).not.toContain('question-expanded');
  expect(searched.map(({ expand }) => expand)).toEqual([true, false]);
});

test('a model that cannot condense is replaced by the rules', async () => {
  const history = [{ question: 'Who handles refunds of annual subscriptions?', answer: 'The billing team.' }];
  const { events, record } = await askModel([status(401), quotes, say('It takes five working days [1].')], {
    input: { history, question: 'How long does that take?' },
  });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'step-degraded', step: 'condense', to: 'rules', cause: 'MODEL_REJECTED_KEY' }),
  );
  expect(record?.promptVersions).not.toHaveProperty('condenseQuestion');
});

test('of a long conversation the newest turns are read, and the answer says so', async () => {
  const turn = (index: number) => ({ question: `Who handles request ${index}?`, answer: `Team ${index}.` });
  const history = Array.from({ length: 7 }, (_, index) => turn(index));
  const asked = { question: 'How long does that take?' };
  const told = expect.objectContaining({ type: 'step-degraded', step: 'condense', cause: 'CONVERSATION_TOO_LONG' });
  const { events } = await ask({ input: { ...asked, history } });
  expect(events).toContainEqual(told);
  expect(events).toContainEqual(expect.objectContaining({ to: 'the newest 6 turns' }));
  expect((await ask({ input: { ...asked, history: history.slice(1) } })).events).not.toContainEqual(told);
});

test('a model that is late gives way to the next one, and answer and record say so', async () => {
  const script = [{ kind: 'silence' } as const, quotes, say('It takes five working days [1].')];
  const hedge = createHedge({ afterMilliseconds: 200 });
  const { last, events, record, requests } = await askModels(['large', 'small'], script, { hedge });
  expect(last).toMatchObject({ type: 'answer-finished', text: 'It takes five working days.' });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'step-degraded', step: 'answer', to: 'small', cause: 'DEADLINE_EXCEEDED' }),
  );
  expect(record?.hedgedCalls).toEqual([{ first: 'large', second: 'small', taken: 'second' }]);
  expect(requests.map(({ body }) => body.model)).toEqual(['large', 'small', 'large']);
  const alone = await askModel([{ kind: 'silence' }, quotes, say('It takes five working days [1].')], { hedge });
  expect(alone.last).toMatchObject({ type: 'answer-finished', text: 'It takes five working days.' });
  expect(alone.events.map(({ type }) => type)).not.toContain('step-degraded');
  expect(alone.record?.hedgedCalls).toEqual([{ first: 'stub', second: 'stub', taken: 'second' }]);
  expect((await askModel([quotes, say('It takes five working days [1].')])).record).not.toHaveProperty('hedgedCalls');
});

describe('as a LangChain Runnable', () => {
  const chain = new AnswerChain(chainOf({}, { warn: () => undefined }));
  const input = inputOf({}, () => undefined);

  test('invoke gives the whole answer', async () => {
    const answer = await chain.invoke(input);
    expect(answer).toMatchObject({ state: 'finished', id: 'ans_1', text: expect.stringContaining(extractive) });
  });

  test('stream gives its events', async () => {
    const types: string[] = [];
    for await (const event of await chain.stream(input)) if ('type' in event) types.push(event.type);
    expect(types.at(0)).toBe('answer-started');
    expect(types.at(-1)).toBe('answer-finished');
  });
});

describe('a question that leaves open which document it means', () => {
  const plans = ['EU', 'US'].map((name, index): ScoredPassage => {
    const title = `${name} plan`;
    return { ...passage, id: `psg_${index}`, documentId: `doc_${index}`, title, headingPath: [title] };
  });
  const retrieve: Retrieve = async () => ({ ...retrieval, passages: plans, ranked: plans });
  const askOpen = async (input: Partial<AnswerInput>, refusalThreshold = 0) =>
    (await ask({ retrieve, refusalThreshold, input })).answer;

  test('is refused with one question back, in the language of the asker', async () => {
    const clarifying = async (input: Partial<AnswerInput>) => (await askOpen(input))?.refusal;
    expect(await clarifying({})).toMatchObject({
      reason: 'weak-evidence',
      clarifyingQuestion: 'Which one do you mean: “EU” or “US”?',
    });
    expect(await clarifying({ locale: 'de' })).toMatchObject({
      message: expect.stringContaining('Die Dokumente beantworten das nicht.'),
      clarifyingQuestion: 'Was meinen Sie: „EU“ oder „US“?',
    });
    expect(await clarifying({ question: 'How long do refunds of the US plan take?' })).not.toHaveProperty(
      'clarifyingQuestion',
    );
  });

  test('is answered where the evidence is clear', async () => {
    expect(await askOpen({}, 1)).toMatchObject({ state: 'finished', refusal: null });
  });
});

describe('with an answer locator', () => {
  const near: Retrieve = async () => ({
    ...retrieval,
    questionVector: { vector: Float32Array.of(1, 0), similarityOf: asItIs },
  });
  const embedder = fakePort<Embedder>('embedder', {
    id: 'near',
    dimensions: 2,
    embedSentences: async (texts) => texts.map(() => Float32Array.of(1, 0)),
  });
  const judged = async (odds: number) => {
    const { locator, asked, calls } = stubLocator(() => odds);
    const { record } = await ask({ retrieve: near, embedder, locator });
    return { refusal: record?.refusal, asked, calls };
  };

  test('its odds speak in the refusal and stand in the record', async () => {
    const [sure, unsure] = [await judged(5), await judged(-9)];
    expect(sure.calls.prepared).toBe(1);
    expect(sure.asked).toMatchObject([{ question: 'How long do refunds of annual plans take?' }]);
    const said = ({ refusal }: typeof sure) => {
      const { answerOdds = Number.NaN } = refusal?.contributions ?? {};
      return answerOdds;
    };
    expect(said(sure)).toBeLessThan(said(unsure));
    expect(sure.refusal?.probability).toBeLessThan(unsure.refusal?.probability ?? 0);
  });

  test('one that fails is told, and the answer is judged without it', async () => {
    const { locator } = stubLocator(() => 0);
    const broken = { ...locator, locate: () => Promise.reject(new AppError('MODEL_UNAVAILABLE', 'Gone.')) };
    const { events, answer, record } = await ask({ retrieve: near, embedder, locator: broken });
    expect(events.filter((event) => event.type === 'step-degraded')).toMatchObject([
      { step: 'evidence', to: 'scores', cause: 'MODEL_UNAVAILABLE' },
    ]);
    expect(answer?.state).toBe('finished');
    expect(Object.keys(record?.refusal?.contributions ?? {})).not.toContain('answerOdds');
    expect(Object.keys(record?.refusal?.contributions ?? {})).toContain('nearness');
  });

  test('one that does not know the language of the question is not made ready for it', async () => {
    const { locator, asked, calls } = stubLocator(() => 5);
    const question = 'Wie lange dauern die Erstattungen und was kosten sie?';
    await ask({ retrieve: near, embedder, locator, input: { question } });
    expect([calls.prepared, asked]).toEqual([0, []]);
  });

  test('without vectors words alone judge, whatever it says', async () => {
    const { locator } = stubLocator(() => 5);
    const { record } = await ask({ locator });
    expect(Object.keys(record?.refusal?.contributions ?? {})).not.toContain('answerOdds');
  });
});
