import { basename, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../evals/metrics/percentile.ts';
import { readQuestionFolder } from '../evals/readers/beir.ts';
import { newId, type PassageId, passageId, type TenantId } from '../src/domain/ids.ts';
import { encodeDocument, encodeQuestion } from '../src/models/sparse/encode.ts';
import { fuse } from '../src/retrieve/fuse.ts';
import type { IndexPoint, VectorIndex } from '../src/store/vector-index.ts';
import { createMemoryIndex } from '../src/store/vectors/memory/memory-index.ts';
import { createCollections } from '../src/store/vectors/qdrant/collections.ts';
import { createQdrantCalls, type QdrantCalls } from '../src/store/vectors/qdrant/qdrant-calls.ts';
import { createQdrantIndex } from '../src/store/vectors/qdrant/qdrant-index.ts';
import { searchPoints } from '../src/store/vectors/qdrant/search-points.ts';
import { createSender, type QdrantRequest, type SendRequest } from '../src/store/vectors/qdrant/send-request.ts';
import { tenantFilter } from '../src/store/vectors/qdrant/to-filter.ts';
import { indexPoint } from '../test/index-point.ts';
import { createTestRows } from '../test/index-rows.ts';
import { createTestStates } from '../test/index-states.ts';
import { hasQdrant, startQdrant } from '../test/with-qdrant.ts';
import { createCorpus, dimensions, type Question } from './bench/corpus.ts';
import { embedOnce } from './bench/embed-once.ts';
import { layouts, moveTo } from './bench/qdrant-layouts.ts';
import { replayBare } from './bench/replay-bare.ts';

/**
 * Qdrant against the index in memory: `node scripts/bench-qdrant.ts [FOLDER…]`. On each folder in BEIR format the share of questions
 * whose best 10 are the same; at 100,000 passages the graph's recall by the size of the tenant, what a search takes with 8 at once, also
 * beside the same requests without this program, and, with BENCH_LAYOUTS=1, what other places and sizes of the vectors cost.
 */
const never = new AbortController().signal;
const everyone = { clause: null, grants: null };
const depth = 10;
const shares = [0.001, 0.01, 0.1, 0.889];
const size = Number(process.env.BENCH_PASSAGES ?? 100_000);
/** Of a folder with more questions so many are asked, evenly spread. */
const mostQuestions = Number(process.env.BENCH_QUESTIONS ?? 1_000);
const recallQuestions = 200;
const latencyQuestions = 400;
const atOnce = 8;

if (!hasQdrant()) {
  console.warn('SKIPPED: no Qdrant. Set QDRANT_URL, or put a `qdrant` on PATH.');
  process.exit(0);
}
const server = await startQdrant();
console.log(`Qdrant ${server.version}`);
try {
  for (const folder of process.argv.slice(2)) await benchAgreement(resolve(folder));
  if (size > 0) await benchSize();
} finally {
  await server.close();
}

type Watch = (seconds: number, request: QdrantRequest) => void;

function open(embedder: string, exact: boolean, watch: Watch = () => {}) {
  const send = watched(createSender(server), watch);
  const calls = createQdrantCalls({ ...server, send, askMilliseconds: 30_000 });
  const states = createTestStates();
  const rows = createTestRows();
  const collections = createCollections({
    calls,
    states,
    alias: `bench-${newId('job')}`,
    embedder: { id: embedder, dimensions },
    onLive: async () => {},
  });
  const deps = { calls, collections, rows, states, fallbackPassages: 0 };
  return { ...deps, index: createQdrantIndex({ ...deps, exact }), deps };
}

/** Tells what Qdrant itself says that each request took. */
function watched(send: SendRequest, watch: Watch): SendRequest {
  return async (request, signal) => {
    const answer = await send(request, signal);
    watch((answer as { time?: number }).time ?? 0, request);
    return answer;
  };
}

async function benchAgreement(folder: string): Promise<void> {
  const { corpus, queries } = await readQuestionFolder(folder);
  if (!corpus) throw new Error(`${folder} has no corpus.jsonl.`);
  const records = await Array.fromAsync(corpus());
  const texts = records.map(({ title, text }) => (title ? `${title}\n\n${text}` : text));
  const step = Math.max(1, queries.length / mostQuestions);
  const asked = queries.flatMap((_, position) => (Math.floor(position % step) === 0 ? [position] : []));
  const vectors = await embedOnce(
    texts,
    queries.map(({ text }) => text),
  );
  const tenant = newId('tenant');
  const points = records.map(({ id, title, text }, position): IndexPoint => {
    const documentId = `doc_${id}` as const;
    const sparse = encodeDocument({ title, headingPath: [], text, language: null });
    const dense = vectors.texts[position] ?? null;
    return indexPoint({ id: passageId(tenant, documentId, 1, 0), documentId, title, sparse, dense });
  });
  const { index, rows, collections } = open('agreement', true);
  rows.put(tenant, points);
  const memory = createMemoryIndex({ rows, embedder: { id: 'agreement', dimensions } });
  await index.refresh(tenant);
  let [sameOrder, sameSet] = [0, 0];
  for (const position of asked) {
    const text = queries[position]?.text ?? '';
    const dense = vectors.questions[position];
    const question = { sparse: encodeQuestion(text), ...(dense ? { dense } : {}) };
    const [one, other] = [await bestOf(memory, tenant, question), await bestOf(index, tenant, question)];
    if (one.join() === other.join()) sameOrder += 1;
    if (one.toSorted().join() === other.toSorted().join()) sameSet += 1;
  }
  const percent = (count: number) => `${((100 * count) / asked.length).toFixed(2)} %`;
  console.log(
    `${basename(folder)}: ${points.length} passages, ${asked.length} questions; best ${depth} the same ${percent(sameSet)}, in the same order ${percent(sameOrder)}`,
  );
  await collections.drop((await collections.live()).name);
}

async function bestOf(index: VectorIndex, tenant: TenantId, question: Partial<Question>): Promise<PassageId[]> {
  const { candidates } = await index.search({ tenant, ...question, filter: everyone, limit: 100 }, never);
  return fuse(candidates)
    .slice(0, depth)
    .map(({ id }) => id);
}

async function benchSize(): Promise<void> {
  const own: number[] = [];
  const sent: QdrantRequest[] = [];
  const { index, deps, rows, collections, calls } = open('size', false, (seconds, request) => {
    own.push(seconds * 1000);
    sent.push(request);
  });
  const corpus = createCorpus(size);
  const tenants = shares.map((share) => ({ tenant: newId('tenant'), passages: Math.round(share * size) }));
  for (const { tenant, passages } of tenants)
    rows.put(
      tenant,
      Array.from({ length: passages }, (_, number) => pointOf(corpus.point(number), tenant, number)),
    );
  const started = performance.now();
  for (const { tenant } of tenants) await index.refresh(tenant);
  const filled = secondsSince(started);
  const collection = await collections.live();
  await waitForGraphs(calls, collection.name);
  console.log(
    `${size} passages written in ${filled.toFixed(0)} s, graphs built after ${secondsSince(started).toFixed(0)} s; Qdrant holds ${await residentMegabytes()} MB in memory`,
  );
  for (const { tenant, passages } of tenants) {
    const recall = await recallOf({ calls, collection: collection.name }, tenant, () => corpus.question().dense);
    console.log(`tenant of ${passages} passages: recall@${depth} against exact ${recall.toFixed(4)}`);
  }
  const largest = tenants.at(-1)?.tenant ?? newId('tenant');
  const questions = Array.from({ length: latencyQuestions + 40 }, () => corpus.question());
  for (const question of questions.splice(0, 40)) await bestOf(index, largest, question);
  for (const parallel of [1, atOnce]) {
    sent.length = 0;
    const run = { largest, questions, parallel, own };
    const { totals, added, processor } = await timeAll(createQdrantIndex({ ...deps, exact: false }), run);
    const searches = sent.filter(({ path }) => path.includes('/points/query'));
    const bare = await replayBare(server, { requests: searches, together: 2, parallel });
    const median = (values: readonly number[]) => percentile(values, 0.5) ?? 0;
    console.log(
      `hybrid search, ${parallel} at once: p50 ${median(totals).toFixed(1)} ms, p95 ${percentile(totals, 0.95)?.toFixed(1)} ms; the same requests by a client that reads no answer p50 ${median(bare).toFixed(1)} ms, so ${(median(totals) - median(bare)).toFixed(1)} ms added; above what Qdrant says it took p50 ${median(added).toFixed(1)} ms; ${processor.toFixed(1)} ms of this process`,
    );
  }
  if (process.env.BENCH_LAYOUTS) await benchLayouts({ calls, collection: collection.name }, largest, corpus);
  await collections.drop(collection.name);
}

/** Recall, memory and time of one dense search, one at a time, for each layout that the vectors could have. */
async function benchLayouts(
  context: { calls: QdrantCalls; collection: string },
  tenant: TenantId,
  corpus: ReturnType<typeof createCorpus>,
): Promise<void> {
  for (const layout of layouts) {
    await moveTo(server, context.collection, layout);
    await waitForGraphs(context.calls, context.collection);
    const recall = await recallOf(context, tenant, () => corpus.question().dense);
    const times: number[] = [];
    for (let count = 0; count < latencyQuestions; count += 1) {
      const query = { dense: corpus.question().dense, sparse: null, filter: tenantFilter(tenant), limit: 100 };
      const started = performance.now();
      await searchPoints({ ...context, exact: false }, query, never);
      times.push(performance.now() - started);
    }
    console.log(
      `${layout.name}: recall@${depth} ${recall.toFixed(4)}, best 100 by meaning p50 ${percentile(times, 0.5)?.toFixed(1)} ms, ${await residentMegabytes()} MB in Qdrant's allocator`,
    );
  }
}

function pointOf(point: IndexPoint, tenant: TenantId, number: number): IndexPoint {
  return { ...point, id: passageId(tenant, point.documentId, 1, number) };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1000;
}

/** What Qdrant's allocator holds; pages of files that the system keeps in memory come on top. */
async function residentMegabytes(): Promise<string> {
  const headers: Record<string, string> = server.apiKey === null ? {} : { 'api-key': server.apiKey };
  const text = await (await fetch(new URL('metrics', `${server.url}/`), { headers })).text();
  const bytes = /^memory_resident_bytes (\d+)$/m.exec(text)?.[1];
  return bytes === undefined ? '?' : (Number(bytes) / 1e6).toFixed(0);
}

async function waitForGraphs(calls: QdrantCalls, collection_name: string): Promise<void> {
  for (;;) {
    const { status } = await calls.write('getCollection', { collection_name });
    if (status === 'green') return;
    await pause(500);
  }
}

async function recallOf(
  context: { calls: QdrantCalls; collection: string },
  tenant: TenantId,
  question: () => Float32Array,
): Promise<number> {
  let found = 0;
  let wanted = 0;
  for (let count = 0; count < recallQuestions; count += 1) {
    const query = { dense: question(), sparse: null, filter: tenantFilter(tenant), limit: depth };
    const exact = await searchPoints({ ...context, exact: true }, query, never);
    const approximate = await searchPoints({ ...context, exact: false }, query, never);
    const ids = new Set(approximate.map(({ id }) => id));
    found += exact.filter(({ id }) => ids.has(id)).length;
    wanted += exact.length;
  }
  return found / wanted;
}

interface TimedRun {
  readonly largest: TenantId;
  readonly questions: readonly Question[];
  readonly parallel: number;
  /** What Qdrant said of each request, in milliseconds; two requests a search. */
  readonly own: number[];
}

/** Each search's time, how far it is above the mean that Qdrant took for the two requests of a search, and this process's processor time. */
async function timeAll(index: VectorIndex, { largest, questions, parallel, own }: TimedRun) {
  const waiting = [...questions];
  const totals: number[] = [];
  const work = async () => {
    for (let question = waiting.pop(); question; question = waiting.pop()) {
      const started = performance.now();
      await index.search({ tenant: largest, ...question, filter: everyone, limit: 100 }, never);
      totals.push(performance.now() - started);
    }
  };
  own.length = 0;
  await index.inverseDocumentFrequencies(largest, Int32Array.of(1));
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: parallel }, work));
  const { user, system } = process.cpuUsage(before);
  const perSearch = own.reduce((sum, time) => sum + time, 0) / totals.length;
  const processor = (user + system) / 1000 / totals.length;
  return {
    totals: totals.sort((one, other) => one - other),
    added: totals.map((total) => total - perSearch),
    processor,
  };
}
