import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { Document } from '@langchain/core/documents';
import { FakeEmbeddings } from '@langchain/core/utils/testing';
import { percentile } from '../evals/metrics/percentile.ts';
import { createMiniLmEmbedder } from '../src/models/minilm/minilm-embedder.ts';
import { createTokenCounter } from '../src/models/minilm/tokenizer.ts';
import { fuse } from '../src/retrieve/fuse.ts';
import type { IndexPoint } from '../src/store/vector-index.ts';
import { createMemoryIndex, type MemoryIndexDeps } from '../src/store/vectors/memory/memory-index.ts';
import { createCorpus, dimensions, type Question, tenant } from './bench/corpus.ts';

/**
 * Search in memory at 10,000 and 100,000 passages, without the question's embedding: both sides and fusion; beside it, over the same
 * passages and questions, a plain loop over all of them and LangChain's MemoryVectorStore (vectors only). Needs --expose-gc.
 */
const never = new AbortController().signal;
/** Enough that the 99th percentile is ten calls from the slowest. */
const questionCount = 1_000;
const warmUpQuestions = 100;
const comparedQuestions = 10;
const limit = 100;

function rowsOf(points: readonly IndexPoint[]): MemoryIndexDeps['rows'] {
  const byDocument = Map.groupBy(points, (point) => point.documentId);
  const changes = [...byDocument].map(([documentId, own]) => ({
    documentId,
    version: 1,
    passages: own.length,
    embedded: own.length,
  }));
  return {
    changesSince: async () => ({ generation: 1, changes }),
    async *points(_tenant, _embedder, documents) {
      for (const { documentId } of documents) yield byDocument.get(documentId) ?? [];
    },
  };
}

/** Milliseconds of each call. */
async function timesOf(questions: readonly Question[], ask: (question: Question) => Promise<unknown>) {
  const times: number[] = [];
  for (const question of questions) {
    const start = performance.now();
    await ask(question);
    times.push(performance.now() - start);
  }
  return { p50: percentile(times, 0.5) ?? 0, p99: percentile(times, 0.99) ?? 0 };
}

/** BM25 and cosine of every passage, by the textbook. */
function createLoop(points: readonly IndexPoint[]) {
  const frequencies = new Map<number, number>();
  for (const { sparse } of points)
    for (const term of sparse.indices) frequencies.set(term, (frequencies.get(term) ?? 0) + 1);
  const idf = (term: number) => {
    const having = frequencies.get(term) ?? 0;
    return Math.log(1 + (points.length - having + 0.5) / (having + 0.5));
  };
  return ({ dense, sparse }: Question) => {
    const wanted = new Map(Array.from(sparse.indices, (term) => [term, idf(term)]));
    const scored = points.map((point) => {
      let cosine = 0;
      for (const [index, value] of point.dense?.entries() ?? []) cosine += value * (dense[index] ?? 0);
      let words = 0;
      for (const [index, term] of point.sparse.indices.entries())
        words += (wanted.get(term) ?? 0) * (point.sparse.values[index] ?? 0);
      return { id: point.id, dense: cosine, sparse: words };
    });
    return fuse(scored).slice(0, limit);
  };
}

async function benchSearch(size: number): Promise<void> {
  const corpus = createCorpus(size);
  const points = Array.from({ length: size }, (_, index) => corpus.point(index));
  const questions = Array.from({ length: questionCount + warmUpQuestions }, () => corpus.question());
  const index = createMemoryIndex({ rows: rowsOf(points), embedder: { id: 'bench', dimensions } });
  global.gc?.();
  const before = process.memoryUsage();
  const started = performance.now();
  await index.refresh(tenant);
  const loaded = performance.now() - started;
  const search = async ({ dense, sparse }: Question) =>
    fuse(
      (await index.search({ tenant, dense, sparse, filter: { clause: null, grants: null }, limit }, never)).candidates,
    );
  await timesOf(questions.slice(questionCount), search);
  global.gc?.();
  const after = process.memoryUsage();
  // The first plane of the vectors lies in the memory of WebAssembly, which Node does not count.
  const bytes = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed + size * dimensions;
  const postings = points.reduce((sum, { sparse }) => sum + sparse.indices.length, 0) / size;
  const ours = await timesOf(questions.slice(0, questionCount), search);
  console.log(
    `search, ${size} passages: p50 ${milliseconds(ours.p50)}, p99 ${milliseconds(ours.p99)}; loaded in ${milliseconds(loaded)}, ` +
      `${(bytes / size).toFixed(0)} bytes a passage with ${postings.toFixed(0)} terms`,
  );
  const compared = questions.slice(0, comparedQuestions);
  const loop = createLoop(points);
  report('a loop over all passages', await timesOf(compared, async (question) => loop(question)), ours);
  const store = new MemoryVectorStore(new FakeEmbeddings());
  await store.addVectors(
    points.map(({ dense }) => [...(dense ?? [])]),
    points.map(({ id }) => new Document({ id, pageContent: '' })),
  );
  const byStore = await timesOf(compared, ({ dense }) => store.similaritySearchVectorWithScore([...dense], limit));
  report("LangChain's MemoryVectorStore, vectors only", byStore, ours);
}

function report(name: string, other: { p50: number }, ours: { p50: number }): void {
  console.log(`  ${name}: p50 ${milliseconds(other.p50)}, ${(other.p50 / ours.p50).toFixed(1)} times as long`);
}

async function benchEmbedder(): Promise<void> {
  const texts = Array.from({ length: 64 }, (_, index) =>
    `Passage ${index} says how files are shared with people outside the company and for how long. `.repeat(12),
  );
  const embedder = createMiniLmEmbedder({ threads: 2 });
  const ask = async (count: number) => {
    const times: number[] = [];
    for (let number = 0; number <= count; number += 1) {
      const start = performance.now();
      await embedder.embedQuestions([`how long is a shared link number ${number} valid`], never);
      if (number > 0) times.push(performance.now() - start);
    }
    return `p50 ${milliseconds(percentile(times, 0.5) ?? 0)}, p95 ${milliseconds(percentile(times, 0.95) ?? 0)}`;
  };
  await embedder.embedDocuments(texts.slice(0, 4), never);
  console.log(`a question embedded: ${await ask(100)}`);
  const start = performance.now();
  await embedder.embedDocuments(texts, never);
  const seconds = (performance.now() - start) / 1000;
  const embedding = embedder.embedDocuments(texts, never);
  console.log(`a question embedded while documents are: ${await ask(50)}`);
  await embedding;
  await embedder.close();
  const countTokens = createTokenCounter();
  const tokens = texts.reduce((total, text) => total + Math.min(254, countTokens(text)), 0);
  console.log(
    `documents embedded: ${Math.round(tokens / seconds)} tokens/s, ${(texts.length / seconds).toFixed(1)} passages/s`,
  );
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`;
}

await benchEmbedder();
for (const size of [10_000, 100_000]) await benchSearch(size);
