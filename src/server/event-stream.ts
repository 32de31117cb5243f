import type { AppContext } from './app-env.ts';

/** One server-sent event. */
export interface EventFrame {
  /** Left out where a protocol has only one kind of event, or no places in its stream. */
  readonly event?: string;
  readonly id?: number;
  /** Written as one line of JSON; a text, which must be one line, as it is. */
  readonly data: object | string;
}

export interface EventStreamOptions {
  /** A comment line is sent after this long without an event, so that proxies keep the connection. */
  readonly heartbeatMilliseconds?: number;
  /** A client that takes no byte for this long is dropped; its place in the stream is not lost, it can resume. */
  readonly stallMilliseconds?: number;
}

const encoder = new TextEncoder();
const keepAlive = encoder.encode(': keep-alive\n\n');

/**
 * A response of server-sent events. `open` gives batches of frames; its signal is aborted when the client is gone.
 * The stream is read only as fast as the client takes it, so that a slow one costs no memory.
 */
export function eventStreamResponse(
  c: AppContext,
  open: (signal: AbortSignal) => AsyncGenerator<readonly EventFrame[]>,
  options: EventStreamOptions = {},
): Response {
  const outgoing = c.env?.outgoing;
  const stream = createEventStream(open, { ...options, drop: outgoing ? () => void outgoing.destroy() : null });
  return new Response(stream, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

/** The bytes of one frame; JSON escapes line breaks, so that no text can begin a field of its own. */
export function formatFrame({ event, id, data }: EventFrame): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  const place = id === undefined ? '' : `id: ${id}\n`;
  return `${name}${place}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}

interface StreamOptions extends EventStreamOptions {
  readonly drop: (() => void) | null;
}

export function createEventStream(
  open: (signal: AbortSignal) => AsyncGenerator<readonly EventFrame[]>,
  { heartbeatMilliseconds = 15_000, stallMilliseconds = 30_000, drop }: StreamOptions,
): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const batches = open(gone.signal);
  let waiting: Promise<IteratorResult<readonly EventFrame[]>> | null = null;
  let stall: NodeJS.Timeout | undefined;

  function close(): void {
    clearTimeout(stall);
    gone.abort();
    // The generator may be waiting; it sees the signal and ends on its own.
    batches.return(undefined).catch(() => {});
  }

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    clearTimeout(stall);
    waiting ??= batches.next();
    const result = await before(waiting, heartbeatMilliseconds);
    if (gone.signal.aborted) return;
    if (result === 'late') {
      controller.enqueue(keepAlive);
    } else {
      waiting = null;
      if (result.done) return controller.close();
      controller.enqueue(encoder.encode(result.value.map(formatFrame).join('')));
    }
    stall = setTimeout(() => {
      close();
      if (drop) drop();
      else controller.error(new Error('The client reads too slowly.'));
    }, stallMilliseconds);
    stall.unref();
  }

  // No read-ahead: a pull means that the client has taken all there was.
  return new ReadableStream({ pull, cancel: close }, { highWaterMark: 0 });
}

async function before<T>(promise: Promise<T>, milliseconds: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
