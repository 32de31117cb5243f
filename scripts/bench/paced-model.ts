import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * A chat model in a process of its own: quotes at once, answers at a steady pace. Tells its parent its port, and of each answer
 * when it sent the token by which the first sentence is known to be over.
 */
const { quotes, tokens, millisecondsPerToken, neededToken } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly quotes: string;
  readonly tokens: readonly string[];
  readonly millisecondsPerToken: number;
  readonly neededToken: number;
};

const server = createServer(async (incoming, response) => {
  const body = await readText(incoming);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (body.includes('<passage')) response.write(delta(quotes));
  else await answer(response, /question-\d+/.exec(body)?.[0] ?? '');
  response.write(chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
  response.end('data: [DONE]\n\n');
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());

/** Late tokens are sent together, so that the pace holds on a busy machine. */
async function answer(response: ServerResponse, question: string): Promise<void> {
  const started = performance.now();
  for (let sent = 0; sent < tokens.length; ) {
    const due = Math.min(tokens.length, 1 + Math.floor((performance.now() - started) / millisecondsPerToken));
    for (; sent < due; sent += 1) {
      // The clock of the machine, which its processes share; read first, for the token may be there before the write returns.
      if (sent === neededToken) process.send?.({ question, at: Number(process.hrtime.bigint()) / 1e6 });
      response.write(delta(tokens[sent] ?? ''));
    }
    await pause(millisecondsPerToken);
  }
}

function delta(content: string): string {
  return chunk({ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] });
}

function chunk(fields: object): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'paced', ...fields })}\n\n`;
}
