import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type LoopbackServer, startLoopbackServer } from '../../test/loopback-server.ts';

/** An embedding server of the OpenAI protocol that answers every request after so many milliseconds, with vectors that are ready-made. */
export async function startStubEmbeddings(milliseconds: number, dimensions: number): Promise<LoopbackServer> {
  const vectors = Array.from({ length: 64 }, (_, index) =>
    JSON.stringify(Array.from({ length: dimensions }, (_value, axis) => (axis === index % dimensions ? 1 : 0))),
  );
  return await startLoopbackServer(async (incoming, response) => {
    const { input } = (await json(incoming)) as { input: readonly string[] };
    await pause(milliseconds);
    const data = input.map((_text, index) => `{"index":${index},"embedding":${vectors[index % vectors.length]}}`);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(`{"data":[${data.join(',')}],"usage":{}}`);
  });
}
