import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../domain/errors.ts';
import { createRequestPacer, type RequestPacerOptions } from './request-pacer.ts';

const never = new AbortController().signal;

class Overload extends Error {
  readonly seconds: number | null;

  constructor(seconds: number | null) {
    super('too much');
    this.seconds = seconds;
  }
}

const open = (limits: Partial<RequestPacerOptions> = {}) =>
  createRequestPacer({
    requestsPerMinute: null,
    tokensPerMinute: null,
    isOverload: (error) => error instanceof Overload,
    askedToWait: (error) => (error instanceof Overload ? error.seconds : null),
    ...limits,
  });

/** A server that takes `milliseconds` a request, by the clock of the test. */
const answerAfter = (milliseconds: number) => () => new Promise<void>((done) => setTimeout(done, milliseconds));

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Keeps the pacer busy and resolves to the most requests that were on their way together. */
async function mostAtOnce(
  pacer: ReturnType<typeof open>,
  requests: number,
  request: (running: number) => Promise<void>,
) {
  let running = 0;
  let most = 0;
  const all = Array.from({ length: requests }, () =>
    pacer.run(
      1,
      async () => {
        running += 1;
        most = Math.max(most, running);
        await request(running).finally(() => {
          running -= 1;
        });
      },
      never,
    ),
  );
  const settled = Promise.allSettled(all);
  await vi.runAllTimersAsync();
  await settled;
  return most;
}

describe('createRequestPacer', () => {
  it('has more on the way while a server answers as fast as ever, to a bound', async () => {
    expect(await mostAtOnce(open(), 4, answerAfter(50))).toBeLessThanOrEqual(4);
    expect(await mostAtOnce(open(), 500, answerAfter(50))).toBe(32);
  });

  it('stops growing when answers wait behind each other', async () => {
    // Four at once are answered in 50 ms; beyond, each further one waits.
    const most = await mostAtOnce(open(), 500, (running) => answerAfter(50 * Math.max(1, running / 4))());
    expect(most).toBeGreaterThanOrEqual(4);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('halves what is on the way when the server has too much to do', async () => {
    const pacer = open();
    await mostAtOnce(pacer, 500, answerAfter(50));
    const refused = await mostAtOnce(pacer, 32, () => answerAfter(50)().then(() => Promise.reject(new Overload(null))));
    expect(refused).toBe(32);
    // Those 32 speak of one overload.
    expect(await mostAtOnce(pacer, 16, answerAfter(50))).toBe(16);
  });

  it('never exceeds the limits in any minute', async () => {
    const requests = fc.array(
      fc.record({ tokens: fc.integer({ min: 1, max: 100 }), after: fc.integer({ max: 9_000, min: 0 }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(requests, async (given) => {
        const pacer = open({ requestsPerMinute: 20, tokensPerMinute: 1_000 });
        const sent: { at: number; tokens: number }[] = [];
        const all: Promise<void>[] = [];
        for (const { tokens, after } of given) {
          await vi.advanceTimersByTimeAsync(after);
          all.push(pacer.run(tokens, async () => void sent.push({ at: performance.now(), tokens }), never));
        }
        await vi.runAllTimersAsync();
        await Promise.all(all);
        for (const { at } of sent) {
          const minute = sent.filter((other) => other.at >= at && other.at < at + 60_000);
          expect(minute.length).toBeLessThanOrEqual(20);
          expect(minute.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(1_000);
        }
        expect(sent).toHaveLength(given.length);
      }),
      { numRuns: 40 },
    );
  });

  it('sends a request of more tokens than are ever saved up, and lets the next one wait for them', async () => {
    const pacer = open({ tokensPerMinute: 1_000 });
    const times: number[] = [];
    const started = performance.now();
    const all = [500, 1].map((tokens) =>
      pacer.run(tokens, async () => void times.push(performance.now() - started), never),
    );
    await vi.runAllTimersAsync();
    await Promise.all(all);
    expect(times[0]).toBe(0);
    expect(times[1]).toBeGreaterThan(25_000);
  });

  it('gives way to what did not wait for its turn', async () => {
    const pacer = open({ requestsPerMinute: 60 });
    for (let count = 0; count < 12; count += 1) pacer.count(1);
    const request = vi.fn(async () => {});
    const done = pacer.run(1, request, never);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(request).not.toHaveBeenCalled();
    await vi.runAllTimersAsync();
    await done;
  });

  it('sends nothing while it is asked for five minutes, and says so at once', async () => {
    const pacer = open();
    await expect(pacer.run(1, () => Promise.reject(new Overload(300)), never)).rejects.toBeInstanceOf(Overload);
    const request = vi.fn(async () => {});
    await vi.advanceTimersByTimeAsync(100_000);
    const refused = await pacer.run(1, request, never).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'MODEL_RATE_LIMITED', retryAfter: 200 });
    expect(refused).toBeInstanceOf(AppError);
    expect(request).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200_000);
    await pacer.run(1, request, never);
    expect(request).toHaveBeenCalledOnce();
  });

  it('waits for a short pause by itself', async () => {
    const pacer = open();
    await expect(pacer.run(1, () => Promise.reject(new Overload(2)), never)).rejects.toBeInstanceOf(Overload);
    const request = vi.fn(async () => {});
    const done = pacer.run(1, request, never);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(request).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    await done;
  });

  it('drops a request whose caller leaves while it waits', async () => {
    const pacer = open({ requestsPerMinute: 10 });
    await pacer.run(1, async () => {}, never);
    const controller = new AbortController();
    const request = vi.fn(async () => {});
    const left = pacer.run(1, request, controller.signal);
    const next = pacer.run(1, async () => {}, never);
    controller.abort(new Error('no longer wanted'));
    await expect(left).rejects.toThrow('no longer wanted');
    await vi.runAllTimersAsync();
    await next;
    expect(request).not.toHaveBeenCalled();
  });
});
