import { createHash } from 'node:crypto';
import type { AnswerInput, AnswerQuestion } from '../src/chains/answer-question.ts';
import { answerLimits } from '../src/chains/answer-trace.ts';
import type { AnswerEvent, Quote } from '../src/domain/answer.ts';
import { type DocumentId, newId, passageId, type TenantId } from '../src/domain/ids.ts';
import { type Role, type Scope, usualScopes } from '../src/domain/principal.ts';
import { createEstimateEmbedding } from '../src/ingest/estimate-embedding.ts';
import { encodeDocument } from '../src/models/sparse/encode.ts';
import { type Application, createApp } from '../src/server/app.ts';
import type { Log, ServerDeps } from '../src/server/server-deps.ts';
import type { IncomingDocument } from '../src/store/documents.ts';
import { createStores, type Stores } from '../src/store/postgres/stores.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { noTelemetry } from '../src/telemetry/telemetry.ts';
import { fakePort } from './fake-port.ts';
import { flatEmbedder } from './flat-embedder.ts';
import { createTestTenant } from './open-database.ts';
import { sampleQuality } from './sample-documents.ts';

export interface LogLine {
  readonly level: keyof Log;
  readonly fields: object;
  readonly message: string;
}

interface PublishedDocument extends Partial<Pick<IncomingDocument, 'acl' | 'tags' | 'metadata'>> {
  readonly title: string;
  readonly text: string;
  readonly tenant?: TenantId;
}

export interface TestApp {
  readonly application: Application;
  readonly stores: Stores;
  /** A tenant of this test alone. */
  readonly tenant: TenantId;
  readonly lines: readonly LogLine[];
  /** A new key; an admin of `tenant` unless said otherwise. */
  createKey(options?: {
    tenant?: TenantId;
    role?: Role;
    scopes?: readonly Scope[];
    grants?: readonly string[];
  }): Promise<string>;
  /** A request inside the process, with the key as bearer. */
  request(path: string, key: string | null, init?: RequestInit): Promise<Response>;
  /** A visible document with the text as its one passage. */
  publish(document: PublishedDocument): Promise<DocumentId>;
}

/** The server over real stores; only what a test scripts is not the product's own. */
export async function openApp(driver: SqlDriver, overrides: Partial<ServerDeps> = {}): Promise<TestApp> {
  const stores = createStores(driver);
  const tenant = await createTestTenant(driver);
  const lines: LogLine[] = [];
  const application = createApp({
    ...stores,
    submit: fakePort('submit'),
    retrieve: () => Promise.reject(new Error('Searching is not part of this test.')),
    termFrequencies: async (_tenant, terms) => new Float32Array(terms.length).fill(1),
    answerQuestion: scriptedAnswer(() => []),
    suggestFollowUps: async () => [],
    embedder: flatEmbedder('flat', 4),
    countTokens: (text) => text.split(/\s+/).length,
    relay: null,
    searchLeaves: () => false,
    onQueued: () => {},
    onSourceQueued: () => {},
    sourceTrial: fakePort('sourceTrial'),
    objects: fakePort('objects'),
    estimateEmbedding: createEstimateEmbedding({ ...stores, embedder: { id: 'test' }, priceOf: () => 0.5 }),
    passagesWaiting: (id) => stores.embeddings.waiting('test', id),
    indexAdministration: fakePort('indexAdministration'),
    rankerAdministration: fakePort('rankerAdministration'),
    makeBackup: fakePort('makeBackup'),
    readinessChecks: [],
    version: '0.0.0',
    publicUrl: null,
    host: '127.0.0.1',
    model: 'scripted',
    models: ['scripted', 'extractive'],
    answerMode: 'strict',
    maxFileBytes: 1_000_000,
    log: collectLog(lines),
    telemetry: noTelemetry,
    now: () => new Date(),
    ...overrides,
  });
  return {
    application,
    stores,
    tenant,
    lines,
    async createKey({ tenant: owner = tenant, role = 'admin', scopes = usualScopes[role], grants = [] } = {}) {
      const { secret } = await stores.identities.createKey(owner, { name: 'test', role, scopes, grants, userId: null });
      return secret;
    },
    async request(path, key, init = {}) {
      const headers = new Headers(init.headers);
      if (key !== null) headers.set('authorization', `Bearer ${key}`);
      return await application.app.request(path, { ...init, headers });
    },
    publish: ({ tenant: owner = tenant, ...document }) => publish(stores, owner, document),
  };
}

export function jsonBody(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
}

type Script = (input: AnswerInput, signal: AbortSignal) => Iterable<ScriptedEvent> | AsyncIterable<ScriptedEvent>;

/** Removes a key from each member of a union. */
type Unstamped<T> = T extends unknown ? Omit<T, 'sequence' | 'at'> : never;
export type ScriptedEvent = Unstamped<AnswerEvent>;

/** A chain that starts its answer, then yields what the script says; an empty script refuses. */
export function scriptedAnswer(script: Script): AnswerQuestion {
  return async function* answerQuestion(input, signal) {
    const { answerId, conversationId, question, mode } = input;
    let sequence = 0;
    const stamp = () => ({ sequence: sequence++, at: '2026-01-02T03:04:05.678Z' });
    yield { type: 'answer-started', ...stamp(), answerId, conversationId, question, mode, model: 'scripted' };
    let isOver = false;
    for await (const event of script(input, signal)) {
      isOver = /^answer-(finished|refused|failed)$/.test(event.type);
      if (isOver) giveRecord(input);
      yield { ...event, ...stamp() };
    }
    if (isOver) return;
    giveRecord(input);
    yield {
      type: 'answer-refused',
      ...stamp(),
      reason: 'no-documents',
      message: 'There are no documents.',
      nearest: [],
    };
  };
}

function giveRecord(input: AnswerInput): void {
  const { question, mode, filter, locale, maxQuotes, expand = true, history } = input;
  const parameters = { mode, filter, locale, maxQuotes, expand, history, limits: answerLimits };
  const nothing = { promptVersions: {}, passages: [], refusal: null, rejectedQuotes: [] };
  input.onRecord({ standalone: question, parameters, embedder: 'test', ...nothing });
}

/** The events of an answer of one sentence that a quote proves. */
export function quotedAnswer(quote: Quote): ScriptedEvent[] {
  const sentence = { text: quote.text, citations: [quote.number], groundedness: 1 };
  return [
    { type: 'quote-verified', ...quote },
    { type: 'text-delta', sentence: 0, text: quote.text },
    { type: 'sentence-finished', sentence: 0, ...sentence },
    {
      type: 'answer-finished',
      text: quote.text,
      sentences: [sentence],
      quotes: [quote],
      confidence: 0.9,
      usage: { inputTokens: 0, outputTokens: 0 },
      cost: null,
      timings: { total: 12, retrieve: 3, answer: 9 },
      cached: false,
    },
  ];
}

/** A quote of `text`, which must stand in the document's content. */
export function quoteOf(document: { id: DocumentId; title: string; text: string }, text: string): Quote {
  const start = document.text.indexOf(text);
  if (start < 0) throw new Error(`The document does not hold ${JSON.stringify(text)}.`);
  const place = { uri: null, title: document.title, headingPath: [document.title], page: null, cells: null };
  return {
    number: 1,
    text,
    passageId: newId('passage'),
    documentId: document.id,
    version: 1,
    start,
    end: start + text.length,
    ...place,
  };
}

async function publish(
  stores: Stores,
  tenant: TenantId,
  { title, text, acl = [], tags = {}, metadata = {} }: PublishedDocument,
): Promise<DocumentId> {
  const hash = createHash('sha256').update(text).digest('hex');
  const [registration] = await stores.documents.register(tenant, null, [
    {
      source: 'test',
      externalId: title,
      uri: null,
      title,
      acl,
      tags,
      metadata,
      language: 'en',
      contentHash: hash,
      mediaType: 'text/plain',
      fileName: `${title}.txt`,
      size: text.length,
    },
  ]);
  if (!registration?.jobId) throw new Error('The document was not queued.');
  const { documentId, jobId, version } = registration;
  const chunk = { ordinal: 0, text, start: 0, end: text.length, headingPath: [title], page: null, cells: null };
  const sparse = encodeDocument({ ...chunk, title, language: 'en' });
  const passage = {
    ...chunk,
    id: passageId(tenant, documentId, version, 0),
    sparse,
    embeddingHash: hash,
    embeddingText: text,
  };
  await stores.documents.publish([
    {
      tenantId: tenant,
      jobId,
      documentId,
      version,
      title,
      language: 'en',
      content: text,
      quality: sampleQuality,
      properties: {},
      passages: [passage],
    },
  ]);
  return documentId;
}

function collectLog(lines: LogLine[]): Log {
  const at = (level: keyof Log) => (fields: object, message: string) => void lines.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
