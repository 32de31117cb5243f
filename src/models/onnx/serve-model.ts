import type { MessagePort } from 'node:worker_threads';

/** `close` ends the thread after the run in progress, without the requests that wait; `cancel` leaves the rest of one undone. */
export type ModelMessage<Request extends object> =
  | { readonly id: number; readonly request: Request }
  | { readonly cancel: number }
  | { readonly close: true };

export type ModelReply =
  | { readonly id: number; readonly numbers: Float32Array<ArrayBuffer> }
  | { readonly id: number; readonly error: string };

/** Answers one request; `isOver` says, between two runs of the model, that nobody waits any more. */
export type RunModel<Request> = (request: Request, isOver: () => boolean) => Promise<Float32Array<ArrayBuffer>>;

/** Answers the requests that come through the port, one after the other, until it is told to close. */
export function serveModel<Request extends object>(port: MessagePort, run: RunModel<Request>): void {
  const cancelled = new Set<number>();
  let closing = false;
  let last: Promise<void> = Promise.resolve();

  async function answer(id: number, request: Request): Promise<void> {
    const isOver = () => closing || cancelled.has(id);
    if (isOver()) return;
    try {
      const numbers = await run(request, isOver);
      const reply: ModelReply = { id, numbers };
      if (!isOver()) port.postMessage(reply, [numbers.buffer]);
    } catch (error) {
      const reply: ModelReply = { id, error: error instanceof Error ? error.message : String(error) };
      port.postMessage(reply);
    }
  }

  port.on('message', (message: ModelMessage<Request>) => {
    if ('close' in message) {
      closing = true;
      last = last.then(() => port.close());
    } else if ('cancel' in message) {
      const { cancel } = message;
      cancelled.add(cancel);
      last = last.then(() => void cancelled.delete(cancel));
    } else last = last.then(() => answer(message.id, message.request));
  });
}
