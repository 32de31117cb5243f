import { EventEmitter, once } from 'node:events';
import { Redis } from 'ioredis';
import { type AnswerEvent, isFinalEvent } from '../../../domain/answer.ts';
import { type AnswerId, isId, type TenantId } from '../../../domain/ids.ts';
import type { AnswerKey, AnswerRelay } from '../../answer-relay.ts';

export interface RedisRelayOptions {
  readonly url: string;
  readonly log: { warn(fields: object, message: string): void };
  /** Milliseconds after which a follower looks for events that no message told of. */
  readonly quietMilliseconds?: number;
}

/** Longer than an answer may take, so that the stream of one whose process died goes by itself. */
const keptMilliseconds = 180_000;
const followedMilliseconds = 10_000;
const markMilliseconds = 3_000;
const stopChannel = 'footnote:stop';

/**
 * Running answers as Redis streams, one for each answer, the entry's id being its sequence number; a message on the stream's
 * channel wakes its followers. What could not be written is sent again with the next event, so that a stream has no gap.
 */
export function createRedisRelay({ url, log, quietMilliseconds = 2_000 }: RedisRelayOptions): AnswerRelay {
  const commands = connect(url, log);
  const subscriber = connect(url, log);
  const messages = new EventEmitter<Record<string, [string]>>();
  messages.setMaxListeners(0);
  const followers = new Map<string, number>();
  subscriber.on('message', (channel: string, message: string) => messages.emit(channel, message));
  subscriber.on('ready', () => {
    subscriber
      .subscribe(stopChannel)
      .catch((error: unknown) => log.warn({ err: error }, 'stop requests are not heard'));
  });

  async function read(answer: AnswerKey, after: number): Promise<AnswerEvent[]> {
    const entries = await commands.xrange(streamOf(answer), `${after + 2}-0`, '+');
    const events = entries.map(([, fields]) => asEvent(fields[1] ?? ''));
    const gap = events.findIndex((event, index) => event.sequence !== after + 1 + index);
    return gap < 0 ? events : events.slice(0, gap);
  }

  /** The connection is shared: a channel is left with its last follower. */
  async function listen(channel: string): Promise<() => void> {
    followers.set(channel, (followers.get(channel) ?? 0) + 1);
    await subscriber.subscribe(channel).catch(() => {});
    return () => {
      const left = (followers.get(channel) ?? 1) - 1;
      if (left > 0) return void followers.set(channel, left);
      followers.delete(channel);
      subscriber.unsubscribe(channel).catch(() => {});
    };
  }

  return {
    publish: (answer, events) => createPublisher(commands, answer, events),

    async *follow(answer, after, signal) {
      const channel = streamOf(answer);
      const leave = await listen(channel);
      let position = after;
      let markedAt = Number.NEGATIVE_INFINITY;
      try {
        while (!signal.aborted) {
          const message = nextMessage(messages, channel, { signal, milliseconds: quietMilliseconds });
          if (performance.now() - markedAt > markMilliseconds) {
            markedAt = performance.now();
            commands.set(followedOf(answer), '1', 'PX', followedMilliseconds).catch(() => {});
          }
          const events = await read(answer, position).catch((): AnswerEvent[] => []);
          if (events.length > 0) {
            position = events.at(-1)?.sequence ?? position;
            yield events;
            if (events.some(isFinalEvent)) return;
          } else if ((await message) === 'quiet') yield [];
        }
      } finally {
        leave();
      }
    },

    isFollowed: async (answer) => (await commands.exists(followedOf(answer)).catch(() => 0)) > 0,

    async requestStop({ tenantId, id }) {
      await commands.publish(stopChannel, `${tenantId} ${id}`);
    },

    onStopRequest(listener) {
      messages.on(stopChannel, (message) => {
        const [tenantId = '', id = ''] = message.split(' ');
        if (isId('tenant', tenantId) && isId('answer', id)) listener({ tenantId, id });
      });
    },

    async keep(answer, text, milliseconds) {
      await commands.set(keptOf(answer), text, 'PX', milliseconds);
    },

    kept: (answer) => commands.get(keptOf(answer)),

    async health() {
      try {
        await commands.ping();
        return { state: 'ok', detail: 'Redis of REDIS_URL answers: answers are followed and stopped on any server' };
      } catch {
        const detail =
          'Redis of REDIS_URL does not answer: a running answer can be followed and stopped only on the server that writes it.';
        return { state: 'degraded', detail };
      }
    },

    async close() {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}

function connect(url: string, log: RedisRelayOptions['log']): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
  });
  let isDown = false;
  redis.on('error', (error: unknown) => {
    if (!isDown) log.warn({ err: error }, 'Redis cannot be reached');
    isDown = true;
  });
  redis.on('ready', () => {
    isDown = false;
  });
  return redis;
}

/** One write at a time, of all that is not there yet. */
function createPublisher(commands: Redis, answer: AnswerKey, events: readonly AnswerEvent[]): { changed(): void } {
  const stream = streamOf(answer);
  let written = 0;
  let isWriting = false;

  async function write(): Promise<void> {
    isWriting = true;
    try {
      while (written < events.length) {
        const batch = events.slice(written);
        const pipeline = commands.pipeline();
        for (const event of batch) pipeline.xadd(stream, `${event.sequence + 1}-0`, 'event', JSON.stringify(event));
        pipeline.pexpire(stream, keptMilliseconds);
        pipeline.publish(stream, '');
        const results = await pipeline.exec();
        const failed = results?.find(([error]) => error && !isWrittenAlready(error));
        if (!results || failed) throw failed?.[0] ?? new Error('Redis did not answer.');
        written += batch.length;
      }
    } finally {
      isWriting = false;
    }
  }

  return {
    changed() {
      // What fails is sent again with the next event; followers find the end in the database.
      if (!isWriting) write().catch(() => {});
    },
  };
}

/** A write whose reply was lost is sent twice. */
function isWrittenAlready({ message }: Error): boolean {
  return message.includes('equal or smaller');
}

type Woken = 'message' | 'quiet';

async function nextMessage(
  messages: EventEmitter<Record<string, [string]>>,
  channel: string,
  { signal, milliseconds }: { signal: AbortSignal; milliseconds: number },
): Promise<Woken> {
  const quiet = AbortSignal.timeout(milliseconds);
  try {
    await once(messages, channel, { signal: AbortSignal.any([signal, quiet]) });
    return 'message';
  } catch {
    return quiet.aborted ? 'quiet' : 'message';
  }
}

function streamOf({ tenantId, id }: { tenantId: TenantId; id: AnswerId }): string {
  return `footnote:${tenantId}:answer:${id}`;
}

function followedOf(answer: AnswerKey): string {
  return `${streamOf(answer)}:followed`;
}

function keptOf(answer: AnswerKey): string {
  return `${streamOf(answer)}:kept`;
}

/** Only `publish` writes these entries. */
function asEvent(json: string): AnswerEvent {
  return JSON.parse(json) as AnswerEvent;
}
