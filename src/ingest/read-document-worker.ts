import { parentPort, workerData } from 'node:worker_threads';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import { lowerThreadPriority } from '../resilience/lower-priority.ts';
import type { ChunkSizes } from './chunk.ts';
import { prepareDocument } from './prepare-document.ts';
import type { ReadDocument } from './prepare-versions.ts';
import { type PackedDocument, packError, type ReadReply, type ReadRequest } from './read-document-messages.ts';

// The program of a worker thread: one file at a time, one reply each.
const port = parentPort;
lowerThreadPriority();
const sizes: ChunkSizes = workerData;
const countTokens = createTokenCounter();
countTokens('ready');

async function read(request: ReadRequest): Promise<void> {
  const before = process.threadCpuUsage();
  const milliseconds = () => process.threadCpuUsage(before).user / 1000;
  try {
    const document = pack(await prepareDocument(request, countTokens, sizes));
    send({ type: 'read', document, milliseconds: milliseconds() }, [document.indices.buffer, document.values.buffer]);
  } catch (error) {
    send({ type: 'failed', error: packError(error), milliseconds: milliseconds() });
  }
}

let reading = Promise.resolve();
port?.on('message', (request: ReadRequest) => {
  reading = reading.then(async () => await read(request));
});
send({ type: 'ready' });

function send(reply: ReadReply, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(reply, transfer);
}

function pack(document: ReadDocument): PackedDocument {
  const terms = document.passages.reduce((sum, passage) => sum + passage.sparse.indices.length, 0);
  const indices = new Int32Array(terms);
  const values = new Float32Array(terms);
  let filled = 0;
  const passages = document.passages.map(({ sparse, text: _text, ...passage }) => {
    indices.set(sparse.indices, filled);
    values.set(sparse.values, filled);
    filled += sparse.indices.length;
    return { ...passage, terms: sparse.indices.length };
  });
  return { ...document, passages, indices, values };
}
