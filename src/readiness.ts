import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from './config.ts';
import { AppError } from './domain/errors.ts';
import { isPassing } from './domain/passing-faults.ts';
import type { WatchedChatModel } from './models/chat/watch-chat-model.ts';
import type { Embedder } from './models/embedder.ts';
import type { WatchedReranker } from './models/rerank/watch-reranker.ts';
import type { ReadinessCheck } from './server/server-deps.ts';
import type { AnswerRelay } from './store/answer-relay.ts';
import type { Stores } from './store/postgres/stores.ts';
import type { SqlDriver } from './store/sql.ts';
import type { VectorIndex } from './store/vector-index.ts';

/** Less than what a check may take. */
const patienceMilliseconds = 1_500;

interface ReadinessParts {
  readonly config: Config;
  readonly driver: Pick<SqlDriver, 'ping'>;
  readonly stores: Stores;
  readonly embedder: Embedder;
  readonly index: Pick<VectorIndex, 'health'>;
  readonly reranker: Pick<WatchedReranker, 'health'> | null;
  readonly relay: Pick<AnswerRelay, 'health'> | null;
  /** In the order in which they are asked. */
  readonly chatModels: readonly Pick<WatchedChatModel, 'id' | 'health'>[];
}

/** What `/readyz` and `footnote doctor` ask. */
export function createReadinessChecks({
  config,
  driver,
  stores,
  embedder,
  index,
  reranker,
  relay,
  chatModels,
}: ReadinessParts): ReadinessCheck[] {
  return [
    {
      name: 'database',
      async check() {
        await driver.ping();
        return {
          state: 'ok',
          detail: config.databaseUrl ? 'Postgres of DATABASE_URL answers' : 'embedded Postgres answers',
        };
      },
    },
    {
      name: 'index',
      async check() {
        const [{ state, detail }, waiting] = await Promise.all([
          index.health(AbortSignal.timeout(3_000)),
          unlessAway(stores.embeddings.waiting(embedder.id, null)),
        ]);
        return { state, detail: state === 'ok' ? `${detail}, ${describeWaiting(waiting)}` : detail };
      },
    },
    {
      name: 'embedder',
      async check() {
        try {
          const [vector] = await embedder.embedQuestions(['ready'], AbortSignal.timeout(3_000));
          return { state: 'ok', detail: `${embedder.id} gives vectors of ${vector?.length ?? 0} dimensions` };
        } catch {
          return {
            state: 'degraded',
            detail: `${embedder.id} does not answer: questions are searched by words. Check EMBEDDING_MODEL and OPENAI_BASE_URL.`,
          };
        }
      },
    },
    {
      name: 'workers',
      check: () => checkWorkers(stores),
    },
    {
      name: 'reranker',
      check: () => checkReranker(reranker),
    },
    {
      name: 'relay',
      check: async () =>
        (await relay?.health()) ?? { state: 'ok', detail: 'in memory; set REDIS_URL for several servers' },
    },
    {
      name: 'answerer',
      check: () => checkAnswerer(chatModels),
    },
  ];
}

/** Null when the database does not answer in time: that it is away is for its own check to say. */
async function unlessAway<T>(reading: Promise<T>): Promise<T | null> {
  const orAway = reading.catch((error: unknown) => {
    if (!isPassing(AppError.from(error))) throw error;
    return null;
  });
  return await Promise.race([orAway, pause(patienceMilliseconds, null, { ref: false })]);
}

function describeWaiting(passages: number | null): string {
  if (passages === null) return 'the database does not say how many passages wait for their vector';
  return passages === 0 ? 'every passage has its vector' : `${passages} passages wait for their vector`;
}

async function checkWorkers({ workers }: Pick<Stores, 'workers'>): ReturnType<ReadinessCheck['check']> {
  const living = await unlessAway(workers.list());
  if (!living) return { state: 'degraded', detail: 'documents wait for the database' };
  const fault = living.map(({ reading, embedding }) => reading ?? embedding).find((reason) => reason !== null);
  if (fault) return { state: 'degraded', detail: `documents wait since ${fault.since}: ${fault.detail}` };
  if (living.length === 0)
    return { state: 'degraded', detail: 'nobody reads documents: start `footnote worker`, or unset INGEST_IN_SERVER' };
  return {
    state: 'ok',
    detail: `${living.length === 1 ? 'one process reads' : `${living.length} processes read`} documents`,
  };
}

async function checkReranker(reranker: ReadinessParts['reranker']): ReturnType<ReadinessCheck['check']> {
  if (!reranker) return { state: 'ok', detail: 'none; set COHERE_API_KEY, RERANK_URL or RERANK_FILE for one' };
  const { isWorking, detail } = await reranker.health();
  return isWorking
    ? { state: 'ok', detail }
    : { state: 'degraded', detail: `the fused order stands: ${detail} Check the RERANK_ and COHERE_ settings.` };
}

async function checkAnswerer(models: ReadinessParts['chatModels']): ReturnType<ReadinessCheck['check']> {
  if (models.length === 0)
    return { state: 'ok', detail: 'extractive; set OPENAI_API_KEY or OPENAI_BASE_URL for a chat model' };
  const asked = await Promise.all(models.map(async ({ id, health }) => ({ id, ...(await health()) })));
  const failing = asked.filter(({ isWorking }) => !isWorking);
  const names = asked.map(({ id }) => id).join(', then ');
  if (failing.length === 0)
    return { state: 'ok', detail: `${names} ${models.length > 1 ? 'write' : 'writes'} the answers` };
  const reasons = failing.map(({ id, detail }) => `${id} fails (${detail.replace(/\.$/, '')})`).join(', ');
  const instead = asked.find(({ isWorking }) => isWorking)?.id ?? 'the extractive answerer';
  return {
    state: 'degraded',
    detail: `${reasons}; ${instead} writes the answers. Check CHAT_MODEL, OPENAI_API_KEY and OPENAI_BASE_URL.`,
  };
}
