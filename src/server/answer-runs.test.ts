import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import { type ScriptedEvent, scriptedAnswer } from '../../test/open-app.ts';
import type { AnswerQuestion } from '../chains/answer-question.ts';
import type { Answer, AnswerEvent } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { newId, type TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { AnswerRelay } from '../store/answer-relay.ts';
import type { AnswerStore } from '../store/answers.ts';
import { type AnswerRun, createAnswerRuns } from './answer-runs.ts';

const delta = (text: string): ScriptedEvent => ({ type: 'text-delta', sentence: 0, text });

function principalIn(tenantId: TenantId): Principal {
  return { tenantId, credential: newId('key'), userId: null, role: 'admin', scopes: ['read'], grants: [] };
}

type Limits = Partial<
  Pick<Parameters<typeof createAnswerRuns>[0], 'runsMax' | 'deadlineMilliseconds' | 'readerlessMilliseconds' | 'relay'>
>;

function setUp(answerQuestion: AnswerQuestion, overrides: Partial<AnswerStore> & Limits = {}) {
  const stored: { answer: Answer; events: readonly AnswerEvent[] }[] = [];
  const logged: string[] = [];
  const {
    runsMax = 1_000,
    deadlineMilliseconds = 120_000,
    readerlessMilliseconds = 60_000,
    relay = null,
    ...methods
  } = overrides;
  const runs = createAnswerRuns({
    answerQuestion,
    answers: fakePort<AnswerStore>('answers', {
      begin: async () => {},
      finish: async (_principal, { answer, events }) => {
        stored.push({ answer, events });
      },
      ...methods,
    }),
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    log: { warn: (_fields, message) => logged.push(message), error: (_fields, message) => logged.push(message) },
    stopGraceMilliseconds: 20,
    runsMax,
    deadlineMilliseconds,
    readerlessMilliseconds,
    relay,
  });
  const principal = principalIn(newId('tenant'));
  const start = (asker = principal) =>
    runs.start({
      question: 'What holds?',
      principal: asker,
      conversationId: null,
      filter: null,
      mode: 'strict',
      locale: null,
      maxQuotes: 8,
      problem: { requestId: 'request-1', baseUrl: 'http://localhost:4680' },
    });
  return { runs, start, principal, stored, logged };
}

async function read(run: AnswerRun, after = -1): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = [];
  for await (const batch of run.events(after, new AbortController().signal)) events.push(...batch);
  return events;
}

/** A chain that says one thing, then hears nothing, not even that it was stopped. */
const deaf = scriptedAnswer(async function* () {
  yield delta('Half an answer');
  await new Promise(() => {});
});

/** A chain that has its whole answer at hand. */
const keptAnswer: AnswerQuestion = async function* (input, signal) {
  input.onKept?.();
  yield* scriptedAnswer(() => [delta('One.')])(input, signal);
};

describe('createAnswerRuns', () => {
  it('writes on without a reader, and stores what every reader gets', async () => {
    const { start, stored } = setUp(scriptedAnswer(() => [delta('One.')]));
    const run = await start();
    const answer = await run.finished;
    expect(answer.state).toBe('refused');
    expect(await read(run)).toEqual(stored[0]?.events);
    expect(stored[0]?.answer).toEqual(answer);
  });

  it('gives any reader the rest after any event', async () => {
    const { start } = setUp(scriptedAnswer(() => ['One. ', 'Two. ', 'Three.'].map(delta)));
    const run = await start();
    const all = await read(run);
    for (const event of all) expect(await read(run, event.sequence)).toEqual(all.slice(event.sequence + 1));
  });

  it('stores the answer before its final event leaves', async () => {
    const { promise: mayFinish, resolve } = Promise.withResolvers<void>();
    const { start } = setUp(
      scriptedAnswer(() => []),
      { finish: () => mayFinish },
    );
    const run = await start();
    const events: AnswerEvent[] = [];
    const reading = (async () => {
      for await (const batch of run.events(-1, new AbortController().signal)) events.push(...batch);
    })();
    for (let count = 0; count < 10; count += 1) await turn();
    expect(events.map((event) => event.type)).toEqual(['answer-started']);
    resolve();
    await reading;
    expect(events.at(-1)?.type).toBe('answer-refused');
  });

  it('stores a kept answer as a whole, before anything of it leaves', async () => {
    const { promise: mayAdd, resolve } = Promise.withResolvers<void>();
    const { start, stored } = setUp(keptAnswer, {
      begin: () => Promise.reject(new Error('It was begun.')),
      add: async (_principal, { answer, events }) => {
        await mayAdd;
        stored.push({ answer, events });
      },
    });
    let hasStarted = false;
    const starting = start().finally(() => {
      hasStarted = true;
    });
    for (let count = 0; count < 10; count += 1) await turn();
    expect(hasStarted).toBe(false);
    resolve();
    const run = await starting;
    expect(await read(run)).toEqual(stored[0]?.events);
    expect(await read(run, 0)).toEqual(stored[0]?.events.slice(1));
    expect(await run.finished).toEqual(stored[0]?.answer);
    expect(stored[0]?.answer).toMatchObject({ state: 'refused', text: 'One.' });
  });

  it('does not start a kept answer that cannot be stored', async () => {
    const { start } = setUp(keptAnswer, {
      add: () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'It is gone.')),
    });
    await expect(start()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('says so in the final event when the answer cannot be stored', async () => {
    const { start, logged } = setUp(
      scriptedAnswer(() => []),
      {
        finish: () => Promise.reject(new AppError('DATABASE_UNAVAILABLE', 'secret-host:5432 refused')),
      },
    );
    const events = await read(await start());
    expect(events.at(-1)).toMatchObject({ type: 'answer-failed', error: { code: 'DATABASE_UNAVAILABLE' } });
    expect(JSON.stringify(events)).not.toContain('secret-host');
    expect(logged).toEqual(['an answer could not be stored']);
  });

  it('does not start what cannot be stored', async () => {
    let isReleased = false;
    const chain: AnswerQuestion = async function* (input, signal) {
      try {
        yield* scriptedAnswer(() => [])(input, signal);
      } finally {
        isReleased = true;
      }
    };
    const { start } = setUp(chain, {
      begin: () => Promise.reject(new AppError('NOT_FOUND', 'There is no such conversation.')),
    });
    await expect(start()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await turn();
    expect(isReleased).toBe(true);
  });

  it('stops an answer whose chain ends by itself, with the chain’s own words', async () => {
    const chain = scriptedAnswer(async function* (_input, signal) {
      yield delta('Half');
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      const error = {
        type: '',
        title: '',
        status: 409,
        code: 'ANSWER_STOPPED' as const,
        detail: 'Ended by the chain.',
        errors: [],
        requestId: '',
      };
      yield { type: 'answer-failed', error };
    });
    const { runs, start, principal } = setUp(chain);
    const run = await start();
    await runs.stop(principal, run.id);
    expect((await run.finished).error).toMatchObject({
      code: 'ANSWER_STOPPED',
      detail: 'Ended by the chain.',
      requestId: 'request-1',
      type: 'http://localhost:4680/docs/errors/ANSWER_STOPPED',
    });
  });

  it('stops an answer whose chain hears nothing, and keeps what was released', async () => {
    const { runs, start, principal, stored } = setUp(deaf);
    const run = await start();
    await runs.stop(principal, run.id);
    const events = await read(run);
    expect(events.map((event) => event.sequence)).toEqual(events.map((_event, index) => index));
    expect(events.at(-1)).toMatchObject({ type: 'answer-failed', error: { code: 'ANSWER_STOPPED' } });
    expect(stored[0]?.answer).toMatchObject({ state: 'failed', text: 'Half an answer' });
    expect(runs.find(principal, run.id)).toBeNull();
  });

  it('ends an answer that takes too long', async () => {
    const { start } = setUp(deaf, { deadlineMilliseconds: 10 });
    expect((await (await start()).finished).error?.code).toBe('DEADLINE_EXCEEDED');
  });

  it.each<[string, AnswerQuestion]>([
    [
      'throws',
      async function* (input, signal) {
        for await (const event of scriptedAnswer(() => [])(input, signal)) {
          yield event;
          throw new Error('password=hunter2');
        }
      },
    ],
    [
      'ends early',
      async function* (input, signal) {
        for await (const event of scriptedAnswer(() => [])(input, signal)) {
          yield event;
          return;
        }
      },
    ],
    [
      'yields something that is no event',
      scriptedAnswer(() => [{ type: 'text-delta', sentence: -1, text: 'hunter2' }]),
    ],
  ])('ends an answer whose chain %s, without telling why', async (_name, chain) => {
    const { start } = setUp(chain);
    const events = await read(await start());
    expect(events.at(-1)).toMatchObject({ type: 'answer-failed', error: { code: 'INTERNAL' } });
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  it('ends every running answer on shutdown, and takes no new ones', async () => {
    const { runs, start, stored } = setUp(deaf);
    const started = await Promise.all([start(), start(), start()]);
    await runs.shutdown();
    for (const run of started) expect((await read(run)).at(-1)).toMatchObject({ error: { code: 'SERVER_STOPPING' } });
    expect(stored).toHaveLength(3);
    await expect(start()).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
  });

  it('shows a run to its own tenant only', async () => {
    const { runs, start, principal } = setUp(deaf);
    const run = await start();
    const other = principalIn(newId('tenant'));
    expect(runs.find(other, run.id)).toBeNull();
    await runs.stop(other, run.id);
    expect(runs.find(principal, run.id)?.id).toBe(run.id);
    await runs.shutdown();
  });

  it('refuses more answers at once than it can write', async () => {
    const { runs, start } = setUp(deaf, { runsMax: 2 });
    const outcomes = await Promise.allSettled([start(), start(), start()]);
    expect(outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'started'))).toEqual([
      'started',
      'started',
      'RATE_LIMITED',
    ]);
    await runs.shutdown();
  });

  describe('without a reader', () => {
    const come = (run: AnswerRun) => {
      const leaving = new AbortController();
      const reading = (async () => {
        for await (const _events of run.events(-1, leaving.signal));
      })();
      return async () => {
        leaving.abort();
        await reading;
      };
    };
    const withFakeTime = (test: () => Promise<void>) => async () => {
      vi.useFakeTimers();
      try {
        await test();
      } finally {
        vi.useRealTimers();
      }
    };

    it(
      'an answer is written on for a while, then stopped',
      withFakeTime(async () => {
        const { start, stored } = setUp(deaf, { deadlineMilliseconds: 1_000_000 });
        const run = await start();
        const leave = come(run);
        await vi.advanceTimersByTimeAsync(70_000);
        await leave();
        await vi.advanceTimersByTimeAsync(59_000);
        expect(stored).toEqual([]);
        // Whatever the chain still has to say takes no longer than its grace.
        await vi.advanceTimersByTimeAsync(1_100);
        expect((await run.finished).error).toMatchObject({ code: 'ANSWER_STOPPED' });
        expect(stored[0]?.answer.text).toBe('Half an answer');
      }),
    );

    it(
      'the wait begins anew when a reader came back',
      withFakeTime(async () => {
        const { start, stored, runs } = setUp(deaf, { deadlineMilliseconds: 1_000_000 });
        const run = await start();
        await come(run)();
        await vi.advanceTimersByTimeAsync(50_000);
        const leave = come(run);
        const leaveToo = come(run);
        await vi.advanceTimersByTimeAsync(50_000);
        await leave();
        await vi.advanceTimersByTimeAsync(70_000);
        await leaveToo();
        await vi.advanceTimersByTimeAsync(50_000);
        expect(stored).toEqual([]);
        await Promise.all([runs.shutdown(), vi.advanceTimersByTimeAsync(100)]);
      }),
    );

    it(
      'from the beginning, an answer is written to its end',
      withFakeTime(async () => {
        const { start, stored, runs } = setUp(deaf);
        await start();
        await vi.advanceTimersByTimeAsync(100_000);
        expect(stored).toEqual([]);
        await Promise.all([runs.shutdown(), vi.advanceTimersByTimeAsync(100)]);
      }),
    );

    it(
      'here but with one in another process, it goes on',
      withFakeTime(async () => {
        let isFollowed = true;
        const relay = fakePort<AnswerRelay>('relay', {
          publish: () => ({ changed: () => {} }),
          onStopRequest: () => {},
          isFollowed: async () => isFollowed,
        });
        const { start, stored } = setUp(deaf, { relay, deadlineMilliseconds: 1_000_000 });
        const run = await start();
        await come(run)();
        await vi.advanceTimersByTimeAsync(150_000);
        expect(stored).toEqual([]);
        isFollowed = false;
        await vi.advanceTimersByTimeAsync(61_000);
        expect((await run.finished).error).toMatchObject({ code: 'ANSWER_STOPPED' });
      }),
    );
  });
});
