import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pino, { type Logger } from 'pino';
import type { createAnswerQuestion } from './chains/answer-question-chain.ts';
import type { Invocation } from './cli/invocation.ts';
import type { Config } from './config.ts';
import { AppError } from './domain/errors.ts';
import { usualScopes } from './domain/principal.ts';
import { createEstimateEmbedding } from './ingest/estimate-embedding.ts';
import { allowHosts } from './ingest/load/allowed-hosts.ts';
import { createFetchUrl } from './ingest/load/fetch-url.ts';
import { type ConnectorOptions, createOpenConnector } from './ingest/sources/open-connector.ts';
import { createSourceTrial } from './ingest/sources/source-trial.ts';
import { createSubmitDocuments } from './ingest/submit-document.ts';
import { type ActiveEmbedder, createActiveEmbedder } from './models/active-embedder.ts';
import { createEmbedder, embeddingConfigOf } from './models/create-embedder.ts';
import type { Embedder } from './models/embedder.ts';
import { embeddingPriceOf } from './models/embedding-price.ts';
import { createBuiltInLocator } from './models/locator/built-in-locator.ts';
import { createTokenCounter } from './models/minilm/tokenizer.ts';
import { observeBacklog, observeEmbedder, observeProcess, observeReader, observeRetrieve } from './observe.ts';
import { openAnswering, openRetrieval, searchLeaves } from './open-answering.ts';
import { openIndex } from './open-index.ts';
import { openObjects } from './open-objects.ts';
import { openQueues, startQueues } from './open-queues.ts';
import { openReader } from './open-reader.ts';
import { createReadinessChecks } from './readiness.ts';
import type { createRetrieve } from './retrieve/retrieve-passages.ts';
import { loadSample } from './sample.ts';
import { type Application, createApp } from './server/app.ts';
import { listen } from './server/listen.ts';
import { createRedisRelay } from './store/cache/redis/redis-answer-relay.ts';
import { type DataFolder, ensureSecretsKey, openDataFolder, readLocalKey, writeLocalKey } from './store/data-folder.ts';
import { createMakeBackup } from './store/make-backup.ts';
import { migrate } from './store/postgres/migrate.ts';
import { connectDatabase, openDatabase } from './store/postgres/open-database.ts';
import { createRowArchive } from './store/postgres/row-archive.ts';
import { createStores, type Stores } from './store/postgres/stores.ts';
import { createSecrets } from './store/secrets.ts';
import type { SqlDriver } from './store/sql.ts';
import { noTelemetry, type Telemetry } from './telemetry/telemetry.ts';

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
 * nothing stays open then. With `service` it tells its numbers under that name; what opens it for one command does without.
 */
export async function openFootnote(config: Config, service: string | null = null): Promise<Footnote> {
  await using stack = new AsyncDisposableStack();
  const { log, telemetry } = await openObservation(config, service);
  stack.defer(() => telemetry.close());
  const folder = await openDataFolder(config.dataDir);
  stack.defer(() => folder.release());
  const driver = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  stack.defer(() => driver.close());
  const stores = await openStores(driver, config, { processName: `${hostname()}:${config.dataDir}`, log });
  const objects = await openObjects(config.objects);
  const embedder = await openEmbedder(config, stores, telemetry);
  stack.defer(() => embedder.close());
  const reader = observeReader(openReader(config, embedder), telemetry);
  stack.defer(() => reader.close());

  const { index, administration, ...opened } = await openIndex({ config, stores, embedder, log });
  stack.defer(() => opened.stop());
  const countTokens = createTokenCounter();
  const parts = { config, stores, index, embedder, countTokens, log };
  observeBacklog(stores, embedder, telemetry);
  const { reranker, rankerAdministration, ...retrieval } = await openRetrieval(parts);
  stack.defer(async () => await reranker?.close());
  const retrieve = observeRetrieve(retrieval.retrieve, telemetry);
  const locator = createBuiltInLocator();
  stack.defer(() => locator.close());
  const answering = await openAnswering({ ...parts, locator }, retrieve);
  stack.defer(answering.stop);
  const relay = config.redisUrl === null ? null : createRedisRelay({ url: config.redisUrl, log });
  stack.defer(async () => await relay?.close());

  const openConnector = createOpenConnector({ ...connectorOptionsOf(config), objects });
  const { forget } = answering;
  const queues = openQueues({ config, stores, objects, openConnector, reader, embedder, index, forget, log });
  stack.defer(() => queues.stop());
  const submit = createSubmitDocuments({
    documents: stores.documents,
    objects,
    fetchUrl: createFetchUrl(fetchOptionsOf(config)),
    maxFileBytes: config.maxFileBytes,
    onQueued: queues.wake,
  });
  await stores.answers.failInterrupted();
  const now = () => new Date();
  const application = createApp({
    ...stores,
    submit,
    retrieve,
    termFrequencies: index.inverseDocumentFrequencies,
    answerQuestion: answering.answerGuarded,
    searchLeaves: () => searchLeaves(parts),
    suggestFollowUps: answering.suggestFollowUps,
    relay,
    embedder,
    countTokens,
    onQueued: queues.wake,
    onSourceQueued: queues.wakeSources,
    objects,
    sourceTrial: createSourceTrial({ openConnector, reader }),
    estimateEmbedding: createEstimateEmbedding({ ...stores, embedder, priceOf: (id) => embeddingPriceOf(id, config) }),
    passagesWaiting: (tenant) => stores.embeddings.waiting(embedder.id, tenant),
    indexAdministration: administration,
    rankerAdministration,
    makeBackup: createMakeBackup({
      ...{ version, objects, folder: config.dataDir, now },
      archive: createRowArchive(driver),
    }),
    readinessChecks: createReadinessChecks({ ...parts, driver, reranker, relay, chatModels: answering.models }),
    ...{ telemetry, version, log, now },
    publicUrl: config.publicUrl,
    host: config.host,
    model: answering.models[0]?.id ?? 'extractive',
    models: [...answering.models.map(({ id }) => id), 'extractive'],
    answerMode: config.answerMode,
    maxFileBytes: config.maxFileBytes,
  });
  stack.defer(() => application.stop());
  const localKey = await ensureLocalKey(stores, folder);

  const owned = stack.move();
  return {
    ...{ application, stores, embedder, submit, retrieve, folder },
    answerQuestion: answering.answerQuestion,
    maxFileBytes: config.maxFileBytes,
    log,
    localKey,
    close: () => owned.disposeAsync(),
  };
}

/** What may be fetched, whoever asks for it. */
function fetchOptionsOf({ maxFileBytes, fetchAllowedHosts }: Config) {
  return { maxFileBytes, isAllowedAddress: allowHosts(fetchAllowedHosts) };
}

function connectorOptionsOf(config: Config): Omit<ConnectorOptions, 'objects'> {
  const { sourceFolders, dataDir } = config;
  return { fetch: fetchOptionsOf(config), sourceFolders, cacheFolder: join(dataDir, 'source-cache') };
}

interface Opener {
  readonly processName: string;
  readonly log: Logger;
}

/** What was kept readable, or under an earlier key, is sealed before anything reads it. */
async function openStores(driver: SqlDriver, config: Config, { processName, log }: Opener): Promise<Stores> {
  const secrets = createSecrets(config.secretsKeys ?? [await ensureSecretsKey(config.dataDir)]);
  const stores = createStores(driver, {
    ...{ processName, secrets },
    embeddingPriceOf: (id) => embeddingPriceOf(id, config),
  });
  const { unopened } = await stores.sources.sealCredentials();
  if (unopened > 0) log.warn({ sources: unopened }, 'credentials of sources were sealed with another SECRETS_KEY');
  return stores;
}

/** The embedder of the settings, until the live collection asks for another one. Once it was in use, its server need not answer. */
async function openEmbedder(
  config: Config,
  { embeddings }: Pick<Stores, 'embeddings'>,
  telemetry: Telemetry,
): Promise<ActiveEmbedder> {
  const before = await embeddings.inUse();
  const options = { threads: config.cores, limits: config.embeddingLimits, before };
  const open = async (embedding: Config['embedding']) =>
    observeEmbedder(await createEmbedder(embedding, options), telemetry);
  return createActiveEmbedder(await open(config.embedding), (name) => open(embeddingConfigOf(name, config)));
}

function createLog(level: Config['logLevel'], mixin: () => object = () => ({})): Logger {
  return pino({ level, base: null, mixin }, pino.destination({ dest: 2, sync: true }));
}

/** The log, and the numbers and traces of this process; lines that belong to a trace name it. */
async function openObservation({ logLevel, otlpEndpoint }: Config, service: string | null) {
  if (service === null) return { log: createLog(logLevel), telemetry: noTelemetry };
  const { openTelemetry } = await import('./telemetry/open-telemetry.ts');
  const telemetry = await openTelemetry({ service, version, otlpEndpoint, log: createLog(logLevel) });
  const log = createLog(logLevel, () => {
    const traceId = telemetry.traceId();
    return traceId ? { traceId } : {};
  });
  const observed = observeProcess(telemetry);
  const close = async () => {
    observed.stop();
    await telemetry.close();
  };
  return { log, telemetry: { ...telemetry, close } };
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
export async function serve({ config, output, progress, signal }: Invocation): Promise<void> {
  const footnote = await openFootnote(config, 'footnote');
  try {
    const { application, folder, log } = footnote;
    await loadSample(footnote, { note: output.note, progress, signal });
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
export async function work({ config, output, signal }: Invocation): Promise<void> {
  if (config.databaseUrl === null)
    throw new AppError('CONFIGURATION_INVALID', 'DATABASE_URL: expected a postgres:// URL, read nothing', {
      errors: [{ field: 'DATABASE_URL', expected: 'a postgres:// URL', received: 'nothing' }],
    });
  await using stack = new AsyncDisposableStack();
  const { log, telemetry } = await openObservation(config, 'footnote-worker');
  stack.defer(() => telemetry.close());
  const driver = await openDatabase(config);
  stack.defer(() => driver.close());
  const name = `${hostname()}:worker:${process.pid}`;
  const stores = await openStores(driver, config, { processName: name, log });
  const objects = await openObjects(config.objects);
  const embedder = await openEmbedder(config, stores, telemetry);
  stack.defer(() => embedder.close());
  const reader = observeReader(openReader(config, embedder), telemetry);
  stack.defer(() => reader.close());
  const openConnector = createOpenConnector({ ...connectorOptionsOf(config), objects });
  const forget = () => 0;
  const queues = startQueues({ config, stores, objects, openConnector, reader, embedder, index: null, forget, log });
  stack.defer(() => queues.stop());
  output.result({ worker: name }, () => `The worker ${name} reads and embeds what is queued.\nStop with Ctrl-C.`);
  if (!signal.aborted) await once(signal, 'abort');
  output.note('Stopping: what is being read goes back to the queue.');
}

/** The first question does not wait for the embedder to load; its sentences are embedded by the documents' side too. */
function warmUp({ embedder, log }: Footnote): void {
  const texts = ['How do I start?'];
  const signal = AbortSignal.timeout(10_000);
  const embedded = [embedder.embedQuestions(texts, signal), embedder.embedDocuments(texts, signal)];
  Promise.all([...embedded, embedder.similarity?.()]).catch((error: unknown) =>
    log.debug({ err: error }, 'the embedder does not answer yet'),
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

/** Applies missing migrations; resolves to their names. */
export async function migrateDatabase(config: Config): Promise<string[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await openDataFolder(config.dataDir);
  stack.defer(() => folder.release());
  const driver = await connectDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  stack.defer(() => driver.close());
  return await migrate(driver);
}
