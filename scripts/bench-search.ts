import { createRandom } from '../evals/quotes/random.ts';
import { newId, type PassageId } from '../src/domain/ids.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import { encodeDocument, encodeQuestion } from '../src/models/sparse/encode.ts';
import { fuse } from '../src/retrieve/fuse.ts';
import type { IndexPoint } from '../src/store/vector-index.ts';
import { createMemoryIndex, type MemoryIndexDeps } from '../src/store/vectors/memory/memory-index.ts';
import { indexPoint } from '../test/index-point.ts';

const dimensions = 384;
const tenant = newId('tenant');
const never = new AbortController().signal;
const questions = 200;

/** Reproducible passages: words by Zipf's law, vectors around 200 topics, so that both sides have near candidates. */
function createCorpus(seed: number) {
  const random = createRandom(seed);
  const vocabulary = Array.from({ length: 30_000 }, (_, rank) => `w${rank.toString(36)}x`);
  const word = () => vocabulary[Math.floor(vocabulary.length ** random.next()) - 1] ?? 'w';
  const text = (words: number) => Array.from({ length: words }, word).join(' ');
  const direction = () => Array.from({ length: dimensions }, () => random.next() + random.next() - 1);
  const topics = Array.from({ length: 200 }, direction);
  const vector = () => {
    const topic = random.pick(topics);
    const noise = direction();
    const values = topic.map((value, index) => value + (noise[index] ?? 0));
    const length = Math.hypot(...values);
    return Float32Array.from(values, (value) => value / length);
  };
  const point = (index: number): IndexPoint => {
    const passage = { title: text(3), headingPath: [text(3)], text: text(150), language: 'en' };
    return indexPoint({
      id: `psg_${index.toString().padStart(36, '0')}` as PassageId,
      documentId: `doc_${Math.floor(index / 12)}`,
      sparse: encodeDocument(passage),
      dense: vector(),
    });
  };
  return { point, question: () => ({ sparse: encodeQuestion(text(8)), dense: vector() }) };
}

function rowsOf(points: readonly IndexPoint[]): MemoryIndexDeps['rows'] {
  const byDocument = Map.groupBy(points, (point) => point.documentId);
  return {
    generation: async () => 1,
    changesSince: async () => ({
      generation: 1,
      changes: [...byDocument].map(([documentId, own]) => ({
        documentId,
        version: 1,
        passages: own.length,
        embedded: own.length,
      })),
    }),
    async *points(_tenant, _embedder, documents) {
      for (const document of documents) yield byDocument.get(document) ?? [];
    },
  };
}

function percentiles(times: readonly number[]) {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function benchSearch(size: number) {
  const corpus = createCorpus(size);
  const points = Array.from({ length: size }, (_, index) => corpus.point(index));
  const index = createMemoryIndex({ rows: rowsOf(points), embedder: { id: 'bench', dimensions } });
  const before = process.memoryUsage();
  const load = await timed(() => index.count(tenant));
  global.gc?.();
  const after = process.memoryUsage();
  const times: number[] = [];
  for (let count = 0; count < questions + 20; count += 1) {
    const question = corpus.question();
    const query = { tenant, ...question, filter: { clause: null, grants: null }, limit: 100 };
    const time = await timed(async () => fuse((await index.search(query, never)).candidates));
    if (count >= 20) times.push(time);
  }
  const megabytes = (after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed) / 1e6;
  return { size, load, megabytes, ...percentiles(times) };
}

async function benchEmbedder() {
  const corpus = Array.from({ length: 64 }, (_, index) =>
    `Passage ${index} says how files are shared with people outside the company and for how long. `.repeat(12),
  );
  const embedder = createMiniLmEmbedder({ threads: 2 });
  const ask = async (count: number) => {
    const times: number[] = [];
    for (let number = 0; number < count; number += 1)
      times.push(
        await timed(() => embedder.embedQuestions([`how long is a shared link number ${number} valid`], never)),
      );
    return percentiles(times.slice(1));
  };
  await embedder.embedDocuments(corpus.slice(0, 4), never);
  const idle = await ask(100);
  const time = await timed(() => embedder.embedDocuments(corpus, never));
  const countTokens = createTokenCounter();
  const tokens = corpus.reduce((total, text) => total + Math.min(254, countTokens(text)), 0);
  const embedding = embedder.embedDocuments(corpus, never);
  const busy = await ask(50);
  await embedding;
  await embedder.close();
  return { idle, busy, tokensPerSecond: (tokens / time) * 1000, passagesPerSecond: (corpus.length / time) * 1000 };
}

const milliseconds = (value: number) => `${value.toFixed(2)} ms`;
const embedder = await benchEmbedder();
console.log(
  `question embedded, idle      p50 ${milliseconds(embedder.idle.p50)}  p95 ${milliseconds(embedder.idle.p95)}`,
);
console.log(
  `question, documents embedding p50 ${milliseconds(embedder.busy.p50)}  p95 ${milliseconds(embedder.busy.p95)}`,
);
console.log(
  `documents embedded           ${Math.round(embedder.tokensPerSecond)} tokens/s, ${embedder.passagesPerSecond.toFixed(1)} passages/s`,
);
for (const size of [10_000, 40_000]) {
  const search = await benchSearch(size);
  console.log(
    `hybrid search, ${size} passages  p50 ${milliseconds(search.p50)}  p95 ${milliseconds(search.p95)}  (${(search.p50 / embedder.idle.p50).toFixed(2)} of a question's embedding; loaded in ${milliseconds(search.load)}, ${search.megabytes.toFixed(0)} MB)`,
  );
}
