import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { createEventLog } from './answer-event-log.ts';
import { createEventStream, type EventFrame, formatFrame } from './event-stream.ts';

const decoder = new TextDecoder();

function frames(count: number): EventFrame[] {
  return Array.from({ length: count }, (_, id) => ({ event: 'text-delta', id, data: { sequence: id } }));
}

async function wholeOf(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  let text = '';
  for (let next = await reader.read(); !next.done; next = await reader.read()) text += decoder.decode(next.value);
  return text;
}

describe('formatFrame', () => {
  it('keeps any text on one data line, so that no text can begin a field of its own', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const lines = formatFrame({ event: 'text-delta', id: 7, data: { text } }).split(/\r\n|\r|\n/);
        expect(lines.map((line) => line.slice(0, 6))).toEqual(['event:', 'id: 7', 'data: ', '', '']);
        expect(JSON.parse(lines[2]?.slice(6) ?? '')).toEqual({ text });
      }),
    );
  });
});

describe('createEventStream', () => {
  it('sends every frame of every batch, then ends', async () => {
    const [first, second, third] = frames(3);
    async function* open() {
      yield [first, second].filter((frame) => frame !== undefined);
      yield [third].filter((frame) => frame !== undefined);
    }
    const stream = createEventStream(open, { drop: null });
    let text = '';
    for await (const chunk of stream) text += decoder.decode(chunk);
    expect(text).toBe(frames(3).map(formatFrame).join(''));
  });

  it('takes the next batch only when the client has taken the one before', async () => {
    let taken = 0;
    async function* open() {
      for (const frame of frames(100)) {
        taken += 1;
        yield [frame];
      }
    }
    const reader = createEventStream(open, { drop: null }).getReader();
    await reader.read();
    await turn();
    expect(taken).toBe(1);
    await reader.cancel();
  });

  it('sends a comment while there is no event', async () => {
    vi.useFakeTimers();
    try {
      async function* open(signal: AbortSignal) {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        yield [];
      }
      const reader = createEventStream(open, { heartbeatMilliseconds: 15_000, drop: null }).getReader();
      const read = reader.read();
      await vi.advanceTimersByTimeAsync(15_000);
      expect(decoder.decode((await read).value)).toBe(': keep-alive\n\n');
      await reader.cancel();
    } finally {
      vi.useRealTimers();
    }
  });

  it('drops a client that takes nothing for too long and releases what it followed', async () => {
    vi.useFakeTimers();
    try {
      const drop = vi.fn();
      let isReleased = false;
      async function* open() {
        try {
          for (const frame of frames(2)) yield [frame];
        } finally {
          isReleased = true;
        }
      }
      const reader = createEventStream(open, { stallMilliseconds: 30_000, drop }).getReader();
      await reader.read();
      await vi.advanceTimersByTimeAsync(29_999);
      expect(drop).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      expect(drop).toHaveBeenCalledOnce();
      expect(isReleased).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  it('serves 450 readers of an answer while 50 take nothing, and drops these, of whom each cost one batch', async () => {
    vi.useFakeTimers();
    try {
      const log = createEventLog(() => new Date(), { requestId: '', baseUrl: '' });
      const push = (sequence: number) =>
        log.push({
          type: 'text-delta',
          sequence,
          at: '2026-01-01T00:00:00.000Z',
          sentence: 0,
          text: 'x'.repeat(1_000),
        });
      push(0);
      const drop = vi.fn();
      let taken = 0;
      const follow = (isCounted: boolean) =>
        createEventStream(
          async function* (signal) {
            for await (const batch of log.read(-1, signal)) {
              if (isCounted) taken += batch.length;
              yield batch.map((event) => ({ event: event.type, id: event.sequence, data: event }));
            }
          },
          { drop },
        ).getReader();
      const deaf = Array.from({ length: 50 }, () => follow(true));
      await Promise.all(deaf.map((reader) => reader.read()));
      const reading = Array.from({ length: 450 }, () => wholeOf(follow(false)));
      for (let sequence = 1; sequence < 100; sequence += 1) {
        push(sequence);
        await vi.advanceTimersByTimeAsync(10);
      }
      log.end(log.failure(new AppError('ANSWER_STOPPED', 'Stopped.')));
      const wholes = new Set(await Promise.all(reading));
      expect(wholes.size).toBe(1);
      expect([...wholes][0]).toMatch(/^event: text-delta\nid: 0\n[\s\S]*\nevent: answer-failed\nid: 100\n/);
      expect(taken).toBe(50);
      expect(drop).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(30_000);
      expect(drop).toHaveBeenCalledTimes(50);
    } finally {
      vi.useRealTimers();
    }
  });

  it('tells the source when the client is gone', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    async function* open(signal: AbortSignal) {
      signal.addEventListener('abort', () => resolve());
      yield frames(1);
      await gone;
    }
    const reader = createEventStream(open, { drop: null }).getReader();
    await reader.read();
    await reader.cancel();
    await gone;
  });
});
