import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerTarget } from '../../evals/answers.ts';
import { createEntailment } from '../../evals/metrics/entailment.ts';
import type { ContextTarget, CorpusRecord, EvalTarget, Progress } from '../../evals/target.ts';
import type { AnswerMode } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { type DocumentId, type JobId, newId, type TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import { walkFolder } from '../ingest/load/walk-folder.ts';
import { hasReadableName } from '../ingest/parse/detect-format.ts';
import { wholePassageType } from '../ingest/prepare-document.ts';
import type { Footnote } from '../main.ts';
import { createTokenCounter } from '../models/minilm/tokenizer.ts';
import { pack } from '../retrieve/pack.ts';
import type { ScoredPassage } from '../retrieve/retrieve.ts';
import type { AnswerRecord } from '../store/answers.ts';

const source = 'evaluation';
const pollMilliseconds = 200;
/** Passages of one record may crowd the list; this many are enough to tell 20 records. */
const passagesPerRecord = 5;
const maxFileBytes = 100_000_000;
const maxQuotes = 8;
/** The token budget decides, not the number. */
const passagesInContext = 50;

interface InputFile extends Pick<CorpusRecord, 'acl' | 'tenant'> {
  readonly externalId: string;
  readonly fileName: string;
  readonly title: string | null;
  readonly mediaType: string | null;
  readonly bytes: Uint8Array;
}

export interface EvalTargetOptions {
  readonly mode?: AnswerMode | undefined;
  /** Makes the tenant of records and askers that name one; without it these are refused. */
  readonly createTenant?: (name: string) => Promise<TenantId>;
}

interface EvalTenant {
  readonly footnote: Footnote;
  /** Of the records and askers that name no tenant. */
  readonly principal: Principal;
  /** Of any: the same name is the same tenant, made when it is first named. */
  readonly principalOf: (tenant: string | undefined) => Promise<Principal>;
  readonly mode: AnswerMode;
  /** Names under which documents were added and who may read them, by id, over all tenants: what leaks is called by its name too. */
  readonly added: Map<string, { readonly externalId: string; readonly principal: Principal }>;
}

/** A tenant of its own in this installation, filled and asked through the product's own ingest, search and answering. */
export function createEvalTarget(
  footnote: Footnote,
  tenantId: TenantId,
  { mode = 'strict', createTenant }: EvalTargetOptions = {},
): EvalTarget & AnswerTarget & ContextTarget {
  const principal = administrator(tenantId);
  const named = new Map<string, Promise<Principal>>();
  const principalOf = async (name: string | undefined) => {
    if (name === undefined) return principal;
    if (!createTenant) throw otherTenant(name);
    const known = named.get(name) ?? createTenant(name).then(administrator);
    named.set(name, known);
    return await known;
  };
  const tenant = { footnote, principal, principalOf, mode, added: new Map() };
  return {
    addPassages: (records, progress) => add(tenant, asFiles(records, wholePassageType), progress),
    addDocuments: (records, progress) => add(tenant, asFiles(records, 'text/plain'), progress),
    addFolder: (folder, progress) => add(tenant, filesOf(folder), progress),
    waitUntilEmbedded: (progress) => waitUntilEmbedded(tenant, progress),
    ...createAsking(tenant),
    ...createPacking(tenant),
  };
}

function administrator(tenantId: TenantId): Principal {
  const scopes = ['read', 'write'] as const;
  return { tenantId, credential: newId('key'), userId: null, role: 'admin', scopes, grants: [] };
}

async function add(tenant: EvalTenant, files: AsyncIterable<InputFile>, progress: Progress): Promise<void> {
  const { footnote, principalOf, added } = tenant;
  const jobs = new Map<Principal, JobId>();
  for await (const { externalId, title, acl = [], tenant: owner, ...file } of files) {
    const principal = await principalOf(owner);
    const begun = jobs.get(principal) ?? null;
    const plain = { uri: null, tags: {}, metadata: {}, language: null };
    const details = { ...plain, source, externalId, title, acl: [...acl], jobId: begun };
    const registration = await footnote.submit.submit(principal, details, file);
    added.set(registration.documentId, { externalId, principal });
    const jobId = begun ?? registration.jobId;
    if (jobId !== null) jobs.set(principal, jobId);
    progress('adding', added.size, added.size);
  }
  for (const [principal, jobId] of jobs) await waitUntilRead({ footnote, principal }, jobId, progress);
}

type OneTenant = Pick<EvalTenant, 'footnote' | 'principal'>;

async function waitUntilRead({ footnote, principal }: OneTenant, jobId: JobId, progress: Progress): Promise<void> {
  for (;;) {
    const job = await footnote.stores.jobs.get(principal.tenantId, jobId);
    if (!job) throw new AppError('INTERNAL', 'The job of the evaluation is gone.');
    progress('reading', job.done + job.failed, job.total);
    if (job.stage !== 'lexical' || job.state !== 'running') {
      const failure = job.failures[0];
      if (failure) throw new AppError('INVALID_REQUEST', `${failure.externalId}: ${failure.detail}`);
      return;
    }
    await pause(pollMilliseconds);
  }
}

async function waitUntilEmbedded({ footnote, principal, added }: EvalTenant, progress: Progress): Promise<void> {
  const { embeddings } = footnote.stores;
  const { id } = footnote.embedder;
  const owners = [...added.values()].map((document) => document.principal.tenantId);
  for (const tenantId of new Set([principal.tenantId, ...owners])) {
    await waitUntilNone('vectors', () => embeddings.waiting(id, tenantId), progress);
    await waitUntilNone('windows', () => embeddings.windowsWaiting(id, tenantId), progress);
  }
}

async function waitUntilNone(label: string, count: () => Promise<number>, progress: Progress): Promise<void> {
  let total = 0;
  for (;;) {
    const waiting = await count();
    total = Math.max(total, waiting);
    progress(label, total - waiting, total);
    if (waiting === 0) return;
    await pause(pollMilliseconds);
  }
}

function createAsking({
  footnote,
  principal,
  principalOf,
  mode,
  added,
}: EvalTenant): AnswerTarget & Pick<EvalTarget, 'search'> {
  const contents = new Map<string, string | null>();
  const explanations = new Map<string, AnswerRecord>();
  const nameOf = (documentId: string) => added.get(documentId)?.externalId ?? documentId;
  return {
    async search(question, limit, signal) {
      const input = {
        queries: [question],
        principal,
        filter: null,
        limit: limit * passagesPerRecord,
        tokenBudget: null,
      };
      const started = performance.now();
      const { passages, relevance } = await footnote.retrieve(input, signal);
      const milliseconds = performance.now() - started;
      const recordsOf = (ordered: typeof passages) =>
        [...new Set(ordered.flatMap(documentsShownBy).map(nameOf))].slice(0, limit);
      const byWords = passages.toSorted((one, other) => (other.sparse ?? 0) - (one.sparse ?? 0));
      const cosines = passages.flatMap(({ dense }) => dense ?? []);
      const bestCosine = cosines.length > 0 ? Math.max(...cosines) : null;
      return { ranked: recordsOf(passages), byWords: recordsOf(byWords), relevance, bestCosine, milliseconds };
    },

    async *ask({ question, history, groups, tenant }, signal) {
      const answerId = newId('answer');
      const owner = await principalOf(tenant);
      const asker = { ...owner, role: 'reader' as const, grants: groups.map((group) => `group:${group}`) };
      const input = {
        answerId,
        conversationId: newId('conversation'),
        question,
        history,
        principal: asker,
        filter: null,
        mode,
        locale: null,
        maxQuotes,
        onRecord: (record: AnswerRecord) => void explanations.set(answerId, record),
      };
      yield* footnote.answerQuestion(input, signal);
    },

    async explanation(answerId) {
      const explanation = explanations.get(answerId) ?? null;
      explanations.delete(answerId);
      return explanation;
    },

    nameOf: async (documentId) => nameOf(documentId),

    async content(documentId, version) {
      const key = `${documentId}/${version}`;
      if (!contents.has(key)) {
        const reader = added.get(documentId)?.principal ?? principal;
        const content = await footnote.stores.documents.content(reader, documentId as DocumentId, version);
        contents.set(key, content?.text ?? null);
      }
      return contents.get(key) ?? null;
    },

    entails: (sentence, quotes) => createEntailment('').entails(sentence, quotes),
  };
}

function createPacking({
  footnote,
  principal,
  added,
}: EvalTenant): Pick<ContextTarget, 'texts' | 'packContext' | 'packWhole'> {
  const countTokens = createTokenCounter();
  const nameOf = (documentId: string) => (added.get(documentId)?.externalId ?? documentId).replace(/\.[^./]+$/, '');
  const placeOf = ({ documentId, start, end }: ScoredPassage) => ({ document: nameOf(documentId), start, end });
  const asked = { principal, filter: null, limit: passagesInContext };
  return {
    async texts() {
      const texts = new Map<string, string>();
      for (const documentId of added.keys()) {
        const content = await footnote.stores.documents.content(principal, documentId as DocumentId, null);
        if (content) texts.set(nameOf(documentId), content.text);
      }
      return texts;
    },

    async packContext(question, tokenBudget, signal) {
      const { passages } = await footnote.retrieve({ ...asked, queries: [question], tokenBudget }, signal);
      return passages.map(placeOf);
    },

    async packWhole(question, tokenBudget, signal) {
      const { passages } = await footnote.retrieve({ ...asked, queries: [question], tokenBudget: null }, signal);
      const whole = passages.map((passage) => ({ ...passage, steps: [] }));
      return pack(whole, { limit: passagesInContext, tokenBudget, countTokens }).passages.map(placeOf);
    },
  };
}

async function* asFiles(records: AsyncIterable<CorpusRecord>, mediaType: string): AsyncGenerator<InputFile> {
  for await (const { id, title, text, ...read } of records)
    yield { ...read, externalId: id, fileName: `${id}.txt`, title: title || null, mediaType, bytes: Buffer.from(text) };
}

/** Named by the path below the folder, as gold quotes name them. */
async function* filesOf(folder: string): AsyncGenerator<InputFile> {
  for await (const entry of walkFolder(folder, { maxFileBytes, accepts: hasReadableName }))
    if (entry.kind === 'file') {
      const { externalId } = entry;
      yield { externalId, fileName: basename(externalId), title: null, mediaType: null, bytes: await entry.read() };
    }
}

/** A record that says the same as a better one is found with it: the reader sees where else it stands. */
function documentsShownBy({ documentId, alsoIn = [] }: Pick<ScoredPassage, 'documentId' | 'alsoIn'>): DocumentId[] {
  return [documentId, ...alsoIn.map((other) => other.documentId)];
}

function otherTenant(name: string): AppError {
  return new AppError('INVALID_REQUEST', 'A record or a case names a tenant, and this evaluation has one alone.', {
    errors: [{ field: 'tenant', expected: 'none, or a suite with a target in process', received: name }],
  });
}
