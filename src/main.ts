import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import pino, { type Logger } from 'pino';
import { createAnswerFingerprint } from './chains/answer-fingerprint.ts';
import { createAnswerQuestion } from './chains/answer-question-chain.ts';
import { guardAnswers } from './chains/guard/guard-answers.ts';
import { loadPrompts } from './chains/prompts/load-prompts.ts';
import { shareAnswers } from './chains/share-answers.ts';
import { createSuggestFollowUps } from './chains/suggest-follow-ups.ts';
import { type Client, createClient } from './cli/client.ts';
import type { Output } from './cli/output.ts';
import type { Config, ObjectPlace } from './config.ts';
import { AppError } from './domain/errors.ts';
import { usualScopes } from './domain/principal.ts';
import { createFetchUrl } from './ingest/load/fetch-url.ts';
import { createDocumentReader } from './ingest/read-document.ts';
import { createSubmitDocuments } from './ingest/submit-document.ts';
import { type ActiveEmbedder, createActiveEmbedder } from './models/active-embedder.ts';
import { createChatModels } from './models/chat/create-chat-model.ts';
import { createHedge } from './models/chat/hedge-chat-model.ts';
import type { ChatModel } from './models/chat-model.ts';
import { createEmbedder, embeddingConfigOf } from './models/create-embedder.ts';
import type { CountTokens, Embedder } from './models/embedder.ts';
import { minilmId } from './models/minilm/minilm-embedder.ts';
import { createTokenCounter } from './models/minilm/tokenizer.ts';
import { createModerators } from './models/moderation/create-moderators.ts';
import { createReranker } from './models/rerank/create-reranker.ts';
import { watchReranker } from './models/rerank/watch-reranker.ts';
import { openIndex } from './open-index.ts';
import { openQueues, startQueues } from './open-queues.ts';
import { createReadinessChecks } from './readiness.ts';
import { createBoostStage } from './retrieve/boost-passages.ts';
import { createVocabularies } from './retrieve/expand/learn-vocabularies.ts';
import { createExpandQuestion } from './retrieve/expand-question.ts';
import { createFoldStage } from './retrieve/fold-duplicates.ts';
import { createReviewedStage } from './retrieve/prefer-reviewed.ts';
import { createRankerAdministration } from './retrieve/rank/own/administer-ranker.ts';
import { createOwnWeights } from './retrieve/rank/own/own-weights.ts';
import { createReadQuestions } from './retrieve/rank/own/read-questions.ts';
import { createRanker } from './retrieve/rank/rank-passages.ts';
import { readShippedFit } from './retrieve/rank/shipped-fit.ts';
import type { RankStage } from './retrieve/rank-stage.ts';
import { createRerankStage } from './retrieve/rerank-passages.ts';
import type { Retrieve } from './retrieve/retrieve.ts';
import { createRetrieve } from './retrieve/retrieve-passages.ts';
import { loadSample } from './sample.ts';
import { type Application, createApp } from './server/app.ts';
import { listen } from './server/listen.ts';
import { toProblem } from './server/problem.ts';
import { createRedisRelay } from './store/cache/redis/redis-answer-relay.ts';
import { type DataFolder, openDataFolder, readHolder, readLocalKey, writeLocalKey } from './store/data-folder.ts';
import { createFileObjects } from './store/objects/files/file-objects.ts';
import { createS3Objects } from './store/objects/s3/s3-objects.ts';
import type { ObjectStore } from './store/objects.ts';
import { migrate } from './store/postgres/migrate.ts';
import { connectDatabase, openDatabase } from './store/postgres/open-database.ts';
import { createStores, type Stores } from './store/postgres/stores.ts';
import type { VectorIndex } from './store/vector-index.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** One installation, wired and working: its queues run until it is closed. */
export interface Footnote {
  readonly application: Application;
  readonly stores: Stores;
  readonly embedder: Embedder;
  readonly submit: ReturnType<typeof createSubmitDocuments>;
  readonly retrieve: ReturnType<typeof createRetrieve>;
  readonly answerQuestion: ReturnType<typeof createAnswerQuestion>;
  readonly folder: DataFolder;
  readonly maxFileBytes: number;
  readonly log: Logger;
  /** The secret of the key that commands on this machine use. */
  readonly localKey: string;
  close(): Promise<void>;
}

/**
 * Opens the data folder, the database and every part. Throws DATA_DIR_IN_USE, DATABASE_UNAVAILABLE, or what a migration throws;
 * nothing stays open then.
 */
export async function openFootnote(config: Config): Promise<Footnote> {
  await using stack = new AsyncDisposableStack();
  const log = createLog(config);
  const folder = await openDataFolder(config.dataDir);
  stack.defer(() => folder.release());
  const driver = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  stack.defer(() => driver.close());
  const stores = createStores(driver, { processName: `${hostname()}:${config.dataDir}` });
  const objects = await openObjects(config.objects);
  const embedder = await openEmbedder(config);
  stack.defer(() => embedder.close());
  const reader = createDocumentReader({ workers: 1 });
  stack.defer(() => reader.close());

  const { index, administration, ...opened } = await openIndex({ config, stores, embedder, log });
  stack.defer(() => opened.stop());
  const countTokens = createTokenCounter();
  const parts = { config, stores, index, embedder, countTokens, log };
  const { reranker, retrieve, rankerAdministration } = await openRetrieval(parts);
  const models = await createChatModels(config.chat);
  const [judge = null] = await createChatModels(config.groundednessJudge);
  const { answerQuestion, answerGuarded, suggestFollowUps } = openAnswering({ ...parts, retrieve, models, judge });
  const relay = config.redisUrl === null ? null : createRedisRelay({ url: config.redisUrl, log });
  stack.defer(async () => await relay?.close());

  const queues = openQueues({ config, stores, objects, reader, embedder, index, forget: () => 0, log });
  stack.defer(() => queues.stop());
  const submit = createSubmitDocuments({
    documents: stores.documents,
    objects,
    fetchUrl: createFetchUrl({ maxFileBytes: config.maxFileBytes }),
    maxFileBytes: config.maxFileBytes,
    onQueued: queues.wake,
  });
  await stores.answers.failInterrupted();
  const application = createApp({
    ...stores,
    submit,
    retrieve,
    termFrequencies: index.inverseDocumentFrequencies,
    answerQuestion: answerGuarded,
    searchLeaves: () => searchLeaves(parts),
    suggestFollowUps,
    relay,
    embedder,
    countTokens,
    onQueued: queues.wake,
    passagesWaiting: (tenant) => stores.embeddings.waiting(embedder.id, tenant),
    indexAdministration: administration,
    rankerAdministration,
    readinessChecks: createReadinessChecks({
      config,
      driver,
      stores,
      embedder,
      index,
      reranker,
      relay,
      chatModels: config.chat?.models ?? [],
    }),
    version,
    publicUrl: config.publicUrl,
    host: config.host,
    model: models[0]?.id ?? 'extractive',
    models: [...models.map(({ id }) => id), 'extractive'],
    answerMode: config.answerMode,
    maxFileBytes: config.maxFileBytes,
    log,
    now: () => new Date(),
  });
  stack.defer(() => application.stop());
  const localKey = await ensureLocalKey(stores, folder);

  const owned = stack.move();
  return {
    application,
    stores,
    embedder,
    submit,
    retrieve,
    answerQuestion,
    folder,
    maxFileBytes: config.maxFileBytes,
    log,
    localKey,
    close: () => owned.disposeAsync(),
  };
}

async function openObjects(place: ObjectPlace): Promise<ObjectStore> {
  return place.kind === 's3' ? createS3Objects(place) : await createFileObjects(place.path);
}

/** The embedder of the settings, until the live collection asks for another one. */
async function openEmbedder(config: Config): Promise<ActiveEmbedder> {
  const options = { threads: config.cores };
  const openOther = (name: string) => createEmbedder(embeddingConfigOf(name, config), options);
  return createActiveEmbedder(await createEmbedder(config.embedding, options), openOther);
}

interface RetrievalParts {
  readonly config: Config;
  readonly stores: Stores;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
  readonly countTokens: CountTokens;
  readonly log: Logger;
}

/** The one ranking of search, answers and evaluations: the stages stand in the order in which they run. */
async function openRetrieval({ config, stores, index, embedder, countTokens, log }: RetrievalParts) {
  const asked = await createReranker(config.reranker);
  const reranker = asked && watchReranker(asked, { now: () => performance.now() });
  const shipped = readShippedFit();
  const ownWeights = createOwnWeights({ rankers: stores.rankers, shipped, now: () => performance.now() });
  const stages: RankStage[] = [createRanker({ index, embedder, shipped, ownWeights })];
  if (reranker && config.reranker)
    stages.push(createRerankStage({ reranker, topN: config.reranker.topN, countTokens }));
  stages.push(createBoostStage(config), createReviewedStage(), createFoldStage());
  const vocabularies = createVocabularies({
    texts: stores.passageTexts,
    onError: (error) => log.warn({ err: error }, 'a vocabulary could not be learnt'),
  });
  const expandQuestion = createExpandQuestion({ vocabularies, glossary: stores.glossary, index });
  const { documents } = stores;
  const retrieveWith = (by: readonly RankStage[]) =>
    createRetrieve({ index, embedder, documents, countTokens, expandQuestion, stages: by });
  const rankerAdministration = createRankerAdministration({
    ...stores,
    generation: stores.indexRows.generation,
    readQuestions: createReadQuestions({ index, embedder, retrieveWith }),
    ownWeights,
    shipped,
    now: () => new Date(),
  });
  return { reranker, retrieve: retrieveWith(stages), rankerAdministration };
}

interface AnsweringParts extends RetrievalParts {
  readonly retrieve: Retrieve;
  /** The first answers; the others take over, in this order. */
  readonly models: readonly ChatModel[];
  /** Judges what they write; null: words alone do. */
  readonly judge: ChatModel | null;
}

/** The chain as evaluations run it, and as the server does: shared by those who ask the same. */
function openAnswering({ config, stores, index, embedder, log, retrieve, models, judge }: AnsweringParts) {
  const { documents } = stores;
  const { refusalThreshold, hedgeAfterMilliseconds } = config;
  const now = () => new Date();
  const [chat = null, ...fallbacks] = models;
  const answerQuestion = createAnswerQuestion({
    retrieve,
    embedder,
    chat,
    fallbacks,
    hedge: hedgeAfterMilliseconds === null ? null : createHedge({ afterMilliseconds: hedgeAfterMilliseconds }),
    judge,
    index,
    documents,
    refusalThreshold,
    problemOf: (error) => toProblem(error, { requestId: '', baseUrl: config.publicUrl ?? '' }),
    now,
    log,
  });
  const answerShared = shareAnswers({
    answerQuestion,
    generation: stores.indexRows.generation,
    fingerprint: createAnswerFingerprint({ chat, fallbacks, judge, embedder, refusalThreshold }),
    cache: config.answerCache,
    now,
  });
  const answerGuarded = guardAnswers({
    answerQuestion: answerShared,
    moderatorOf: createModerators(config.modelServer),
    textLeaves: () => models.length > 0 || judge !== null || searchLeaves({ config, embedder }),
    now,
  });
  const prompt = loadPrompts().phraseFollowUps;
  const suggesting = { documents, answerQuestion: answerGuarded, chats: models, prompt, log };
  return { answerQuestion, answerGuarded, suggestFollowUps: createSuggestFollowUps(suggesting) };
}

/** Whether the words of a question leave this process when they are searched. */
function searchLeaves({ config, embedder }: Pick<RetrievalParts, 'config' | 'embedder'>): boolean {
  return config.reranker !== null || embedder.id !== minilmId;
}

function createLog(config: Config): Logger {
  return pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
}

async function ensureLocalKey(stores: Stores, folder: DataFolder): Promise<string> {
  const known = await readLocalKey(folder.path);
  if (known && (await stores.identities.principalOfKey(known))) return known;
  const tenant = await stores.identities.defaultTenant();
  const { secret } = await stores.identities.createKey(tenant.id, {
    name: 'commands on this machine',
    role: 'admin',
    scopes: usualScopes.admin,
    grants: [],
    userId: null,
  });
  await writeLocalKey(folder.path, secret);
  return secret;
}

/** Runs the server until the signal is aborted. Throws PORT_IN_USE and what `openFootnote` throws. */
export async function serve(config: Config, output: Output, signal: AbortSignal): Promise<void> {
  const footnote = await openFootnote(config);
  try {
    const { application, folder, log } = footnote;
    await loadSample(footnote, output.note);
    const server = await listen(application, {
      host: config.host,
      port: config.port,
      publicUrl: config.publicUrl,
      log,
    });
    try {
      await folder.setUrl(`http://${connectableHost(config.host)}:${server.port}`);
      const link = `${server.url}${application.createSignInPath()}`;
      output.result({ url: server.url, signIn: link }, () => describeStart(server.url, link));
      warmUp(footnote);
      if (!signal.aborted) await once(signal, 'abort');
      output.note('Stopping: running answers get their final event.');
    } finally {
      await server.stop();
    }
  } finally {
    await footnote.close();
  }
}

/** Reads and embeds what servers on the same database queue, until the signal is aborted. Throws CONFIGURATION_INVALID without a DATABASE_URL. */
export async function work(config: Config, output: Output, signal: AbortSignal): Promise<void> {
  if (config.databaseUrl === null)
    throw new AppError('CONFIGURATION_INVALID', 'DATABASE_URL: expected a postgres:// URL, read nothing', {
      errors: [{ field: 'DATABASE_URL', expected: 'a postgres:// URL', received: 'nothing' }],
    });
  await using stack = new AsyncDisposableStack();
  const log = createLog(config);
  const driver = await openDatabase(config);
  stack.defer(() => driver.close());
  const name = `${hostname()}:worker:${process.pid}`;
  const stores = createStores(driver, { processName: name });
  const objects = await openObjects(config.objects);
  const embedder = await openEmbedder(config);
  stack.defer(() => embedder.close());
  const reader = createDocumentReader({ workers: 1 });
  stack.defer(() => reader.close());
  const queues = startQueues({ config, stores, objects, reader, embedder, index: null, forget: () => 0, log });
  stack.defer(() => queues.stop());
  output.result({ worker: name }, () => `The worker ${name} reads and embeds what is queued.\nStop with Ctrl-C.`);
  if (!signal.aborted) await once(signal, 'abort');
  output.note('Stopping: what is being read goes back to the queue.');
}

/** The first question does not wait for the embedder to load; its sentences are embedded by the documents' side too. */
function warmUp({ embedder, log }: Footnote): void {
  const texts = ['How do I start?'];
  const signal = AbortSignal.timeout(10_000);
  Promise.all([embedder.embedQuestions(texts, signal), embedder.embedDocuments(texts, signal)]).catch(
    (error: unknown) => log.debug({ err: error }, 'the embedder does not answer yet'),
  );
}

function describeStart(url: string, link: string): string {
  return `Footnote is at ${url}\nSign in (the link works once): ${link}\nStop with Ctrl-C.`;
}

/** Where a command on this machine reaches a server that listens on every address. */
function connectableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** The way to Footnote for one command: FOOTNOTE_URL, the server that holds the folder, or this process. */
export async function openClient(config: Config): Promise<Client> {
  const overHttp = (url: string, key: string) =>
    createClient(
      (path, init) => fetch(`${url}${path}`, init),
      key,
      async () => {},
    );
  if (config.remote) return overHttp(config.remote.url, config.remote.key);
  const holder = await readHolder(config.dataDir);
  const key = await readLocalKey(config.dataDir);
  if (holder?.url && key) return overHttp(holder.url, key);
  const footnote = await openFootnote({ ...config, logLevel: quieter(config.logLevel) });
  const { app } = footnote.application;
  const send = async (path: string, init: RequestInit) => await app.request(`http://localhost${path}`, init);
  return createClient(send, footnote.localKey, footnote.close);
}

/** A command shows what it did; the log of its requests would stand between. */
function quieter(level: Config['logLevel']): Config['logLevel'] {
  return level === 'info' ? 'warn' : level;
}

/** Applies missing migrations; resolves to their names. */
export async function migrateDatabase(config: Config): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await openDataFolder(config.dataDir);
  stack.defer(() => folder.release());
  const driver = await connectDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  stack.defer(() => driver.close());
  return await migrate(driver);
}
