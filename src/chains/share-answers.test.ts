import { describe, expect, it, vi } from 'vitest';
import { sampleAnswerInput } from '../../test/answer-input.ts';
import { type ScriptedEvent, scriptedAnswer } from '../../test/open-app.ts';
import { type AnswerEvent, foldAnswer } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { AnswerInput, AnswerQuestion } from './answer-question.ts';
import { createKeptAnswers } from './kept-answers.ts';
import { type SharedAnswersDeps, shareAnswers } from './share-answers.ts';

const never = new AbortController().signal;
const tenantId = newId('tenant');

function principalWith(overrides: Partial<Principal> = {}): Principal {
  const role = 'reader';
  return { tenantId, credential: newId('key'), userId: null, role, scopes: ['read'], grants: [], ...overrides };
}

const inputOf = (overrides: Partial<AnswerInput> = {}) =>
  sampleAnswerInput(principalWith(), 'How long are files kept?', overrides);

const finished: ScriptedEvent = {
  type: 'answer-finished',
  text: 'For 30 days.',
  sentences: [],
  quotes: [],
  confidence: 0.9,
  usage: { inputTokens: 100, outputTokens: 20 },
  cost: 0.002,
  timings: { total: 900, retrieve: 3 },
  cached: false,
};

const place = { id: 'psg_1', documentId: 'doc_1', version: 1, title: 'T', uri: null, headingPath: [], score: 1 };
const reviewed = { id: 'cur_1', question: 'q', sources: [], validUntil: '2026-06-01T00:00:00.000Z' };
const endingPassages: ScriptedEvent = { type: 'passages-retrieved', passages: [{ ...place, reviewed }] };

interface Setting extends Partial<SharedAnswersDeps> {
  readonly events?: readonly ScriptedEvent[];
}

function share({ events = [finished], ...overrides }: Setting = {}) {
  const chain = vi.fn<AnswerQuestion>(scriptedAnswer(() => events));
  let generation = 7;
  const answerQuestion = shareAnswers({
    answerQuestion: chain,
    generation: async () => generation,
    fingerprint: () => 'stub',
    kept: createKeptAnswers({ bytes: 1_000_000, seconds: 60 }),
    now: () => new Date('2026-05-05T05:05:05.005Z'),
    ...overrides,
  });
  const ask = async (input: Partial<AnswerInput> = {}, signal = never) => {
    const given: AnswerEvent[] = [];
    for await (const event of answerQuestion(inputOf(input), signal)) given.push(event);
    return given;
  };
  const publish = () => {
    generation += 1;
  };
  return { ask, chain, publish, answerQuestion };
}

/** A chain that ends when it is told to, or when it is stopped. */
function gatedChain() {
  const gate = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<unknown>();
  const chain = vi.fn<AnswerQuestion>(
    scriptedAnswer(async function* (_input, signal) {
      yield { type: 'text-delta', sentence: 0, text: 'For 30 days.' };
      signal.addEventListener('abort', () => aborted.resolve(signal.reason));
      await Promise.race([gate.promise, aborted.promise]);
      yield finished;
    }),
  );
  return { chain, open: gate.resolve, aborted: aborted.promise };
}

describe('the same question at the same time', () => {
  it('is computed once for 500 askers, each of whom gets an answer of its own', async () => {
    const { chain, open } = gatedChain();
    const { ask } = share({ answerQuestion: chain });
    const records: AnswerRecord[] = [];
    const inputs = Array.from({ length: 500 }, () => inputOf({ onRecord: (record) => records.push(record) }));
    const asking = inputs.map((input) => ask(input));
    open();
    const answers = (await Promise.all(asking)).map(foldAnswer);
    expect(chain).toHaveBeenCalledTimes(1);
    expect(answers.map((answer) => [answer?.id, answer?.conversationId])).toEqual(
      inputs.map(({ answerId, conversationId }) => [answerId, conversationId]),
    );
    expect(new Set(answers.map((answer) => `${answer?.state} ${answer?.text}`))).toEqual(
      new Set(['finished For 30 days.']),
    );
    expect(records).toHaveLength(500);
    expect(answers.filter((answer) => answer?.usage.outputTokens !== 0)).toHaveLength(1);
    expect(answers.some((answer) => answer?.cached)).toBe(false);
  });

  it.each<[string, Partial<AnswerInput>]>([
    ['another tenant', { principal: principalWith({ tenantId: newId('tenant') }) }],
    ['other rights', { principal: principalWith({ grants: ['group:board'] }) }],
    ['an administrator', { principal: principalWith({ role: 'admin' }) }],
    ['a filter', { filter: { kind: 'any', clauses: [] } as never }],
    ['another mode', { mode: 'lenient' }],
    ['another locale', { locale: 'de' }],
    ['another number of quotes', { maxQuotes: 2 }],
    ['no expansion', { expand: false }],
    ['a conversation', { history: [{ question: 'Which files?', answer: 'Deleted ones.' }] }],
    ['another question', { question: 'How long are FILES kept?' }],
    ['no-cache', { cache: 'refresh' }],
    ['no-store', { cache: 'bypass' }],
  ])('is not shared with %s, even at the same time', async (_name, other) => {
    const { chain, open } = gatedChain();
    const { ask } = share({ answerQuestion: chain });
    const asking = [ask(), ask(other)];
    open();
    await Promise.all(asking);
    expect(chain).toHaveBeenCalledTimes(2);
  });

  it('is shared by those with the same rights, whatever their order, and spaces', async () => {
    const { ask, chain } = share();
    await Promise.all([
      ask({ principal: principalWith({ grants: ['group:a', 'user:ada'] }) }),
      ask({ principal: principalWith({ grants: ['user:ada', 'group:a'] }), question: ' How long  are files\nkept? ' }),
    ]);
    expect(chain).toHaveBeenCalledTimes(1);
  });

  it('goes on for the others when the one who began it stops', async () => {
    const { chain, open, aborted } = gatedChain();
    const { ask } = share({ answerQuestion: chain });
    const stop = new AbortController();
    const [first, second] = [ask({}, stop.signal), ask()];
    await vi.waitFor(() => expect(chain).toHaveBeenCalledTimes(1));
    stop.abort(new AppError('ANSWER_STOPPED', 'Stopped.'));
    expect((await first).at(-1)).toMatchObject({ type: 'answer-failed', error: { code: 'ANSWER_STOPPED' } });
    open();
    expect((await second).at(-1)).toMatchObject({ type: 'answer-finished', text: 'For 30 days.' });
    expect(await Promise.race([aborted, 'not stopped'])).toBe('not stopped');
  });

  it('is stopped when the last one stops', async () => {
    const { chain, aborted } = gatedChain();
    const { ask } = share({ answerQuestion: chain });
    const stops = [new AbortController(), new AbortController()];
    const asking = stops.map(({ signal }) => ask({}, signal));
    await vi.waitFor(() => expect(chain).toHaveBeenCalledTimes(1));
    const reason = new AppError('ANSWER_STOPPED', 'Stopped.');
    for (const stop of stops) stop.abort(reason);
    expect(await aborted).toBe(reason);
    await Promise.all(asking);
  });

  it('is computed anew after the one before was stopped', async () => {
    const { chain, open } = gatedChain();
    const { ask } = share({ answerQuestion: chain });
    const stop = new AbortController();
    const first = ask({}, stop.signal);
    await vi.waitFor(() => expect(chain).toHaveBeenCalledTimes(1));
    stop.abort(new AppError('ANSWER_STOPPED', 'Stopped.'));
    const second = ask();
    open();
    await Promise.all([first, second]);
    expect(chain).toHaveBeenCalledTimes(2);
  });
});

describe('an answer that is kept', () => {
  it('is given again, as cached, with ids of its own and without cost', async () => {
    const { ask, chain } = share();
    const first = await ask();
    const input = inputOf();
    const records: AnswerRecord[] = [];
    const again = await ask({ ...input, onRecord: (record) => records.push(record) });
    expect(chain).toHaveBeenCalledTimes(1);
    expect(records).toHaveLength(1);
    expect(again.map(({ type, sequence }) => [type, sequence])).toEqual(
      first.map(({ type, sequence }) => [type, sequence]),
    );
    expect(again[0]).toMatchObject({ answerId: input.answerId, conversationId: input.conversationId });
    expect(again.at(-1)).toMatchObject({
      text: 'For 30 days.',
      cached: true,
      usage: { inputTokens: 0, outputTokens: 0 },
      cost: 0,
      timings: { total: expect.any(Number) },
    });
    expect(first.at(-1)).toMatchObject({ cached: false, cost: 0.002 });
  });

  it('is stale as soon as the generation changes', async () => {
    const { ask, chain, publish } = share();
    await ask();
    publish();
    expect((await ask()).at(-1)).toMatchObject({ cached: false });
    expect(chain).toHaveBeenCalledTimes(2);
  });

  it('may be a refusal', async () => {
    const { ask } = share({ events: [] });
    await ask();
    expect(foldAnswer(await ask())).toMatchObject({ state: 'refused', cached: true });
  });

  it.each<[string, ScriptedEvent[]]>([
    ['of a reviewed answer with a last day', [endingPassages, finished]],
    ['degraded', [{ type: 'step-degraded', step: 'rerank', to: 'fused', cause: 'MODEL_UNAVAILABLE' }, finished]],
    ['partial', [{ ...finished, partial: true }]],
    [
      'failed',
      [
        {
          type: 'answer-failed',
          error: { type: '', title: '', status: 503, code: 'INDEX_UNAVAILABLE', detail: '', errors: [], requestId: '' },
        },
      ],
    ],
  ])('is none that is %s', async (_name, events) => {
    const { ask, chain } = share({ events });
    await ask();
    await ask();
    expect(chain).toHaveBeenCalledTimes(2);
  });

  it('is replaced by one that was asked for anew, and left alone by one that must not be stored', async () => {
    const { ask, chain } = share();
    await ask({ cache: 'bypass' });
    await ask({ cache: 'refresh' });
    expect(chain).toHaveBeenCalledTimes(2);
    expect((await ask()).at(-1)).toMatchObject({ cached: true });
  });

  it('takes no more memory than it may', async () => {
    const { ask, chain } = share({ kept: createKeptAnswers({ bytes: 5_000, seconds: 60 }) });
    const questions = Array.from({ length: 20 }, (_, number) => `Question ${number}`);
    for (const question of questions) await ask({ question });
    for (const question of questions.toReversed()) await ask({ question });
    expect(chain.mock.calls.length).toBeGreaterThan(30);
    expect(chain.mock.calls.length).toBeLessThan(40);
  });

  it('is none without memory for it, and none when the generation cannot be read', async () => {
    for (const setting of [
      { kept: createKeptAnswers({ bytes: 0, seconds: 60 }) },
      { generation: () => Promise.reject(new Error('The database is away.')) },
    ]) {
      const { ask, chain } = share(setting);
      await ask();
      await ask();
      expect(chain).toHaveBeenCalledTimes(2);
    }
  });
});
