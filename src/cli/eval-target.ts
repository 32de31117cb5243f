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

interface InputFile {
  readonly externalId: string;
  readonly fileName: string;
  readonly title: string | null;
  readonly mediaType: string | null;
  readonly bytes: Uint8Array;
}

interface EvalTenant {
  readonly footnote: Footnote;
  readonly principal: Principal;
  readonly mode: AnswerMode;
  /** Names under which documents were added, by id. */
  readonly externalIds: Map<string, string>;
}

/** A tenant of its own in this installation, filled and asked through the product's own ingest, search and answering. */
export function createEvalTarget(
  footnote: Footnote,
  tenantId: TenantId,
  mode: AnswerMode = 'strict',
): EvalTarget & AnswerTarget & ContextTarget {
  const principal: Principal = {
    tenantId,
    credential: newId('key'),
    userId: null,
    role: 'admin',
    scopes: ['read', 'write'],
    grants: [],
  };
  const tenant = { footnote, principal, mode, externalIds: new Map<string, string>() };
  return {
    addPassages: (records, progress) => add(tenant, asFiles(records, wholePassageType), progress),
    addDocuments: (records, progress) => add(tenant, asFiles(records, 'text/plain'), progress),
    addFolder: (folder, progress) => add(tenant, filesOf(folder), progress),
    waitUntilEmbedded: (progress) => waitUntilEmbedded(tenant, progress),
    ...createAsking(tenant),
    ...createPacking(tenant),
  };
}

async function add(tenant: EvalTenant, files: AsyncIterable<InputFile>, progress: Progress): Promise<void> {
  const { footnote, principal, externalIds } = tenant;
  let jobId: JobId | null = null;
  let submitted = 0;
  for await (const { externalId, title, ...file } of files) {
    const details = { source, externalId, uri: null, title, acl: [], tags: {}, metadata: {}, language: null, jobId };
    const registration = await footnote.submit.submit(principal, details, file);
    externalIds.set(registration.documentId, externalId);
    jobId ??= registration.jobId;
    submitted += 1;
    progress('adding', submitted, submitted);
  }
  if (jobId !== null) await waitUntilRead(tenant, jobId, progress);
}

async function waitUntilRead({ footnote, principal }: EvalTenant, jobId: JobId, progress: Progress): Promise<void> {
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

async function waitUntilEmbedded({ footnote, principal }: EvalTenant, progress: Progress): Promise<void> {
  const { embeddings } = footnote.stores;
  const { id } = footnote.embedder;
  await waitUntilNone('vectors', () => embeddings.waiting(id, principal.tenantId), progress);
  await waitUntilNone('windows', () => embeddings.windowsWaiting(id, principal.tenantId), progress);
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
  mode,
  externalIds,
}: EvalTenant): AnswerTarget & Pick<EvalTarget, 'search'> {
  const contents = new Map<string, string | null>();
  const explanations = new Map<string, AnswerRecord>();
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
        [...new Set(ordered.flatMap(documentsShownBy).map((id) => externalIds.get(id) ?? id))].slice(0, limit);
      const byWords = passages.toSorted((one, other) => (other.sparse ?? 0) - (one.sparse ?? 0));
      const cosines = passages.flatMap(({ dense }) => dense ?? []);
      const bestCosine = cosines.length > 0 ? Math.max(...cosines) : null;
      return { ranked: recordsOf(passages), byWords: recordsOf(byWords), relevance, bestCosine, milliseconds };
    },

    ask({ question, history, groups }, signal) {
      const answerId = newId('answer');
      const asker = { ...principal, role: 'reader' as const, grants: groups.map((group) => `group:${group}`) };
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
      return footnote.answerQuestion(input, signal);
    },

    async explanation(answerId) {
      const explanation = explanations.get(answerId) ?? null;
      explanations.delete(answerId);
      return explanation;
    },

    nameOf: async (documentId) => externalIds.get(documentId) ?? documentId,

    async content(documentId, version) {
      const key = `${documentId}/${version}`;
      if (!contents.has(key)) {
        const content = await footnote.stores.documents.content(principal, documentId as DocumentId, version);
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
  externalIds,
}: EvalTenant): Pick<ContextTarget, 'texts' | 'packContext' | 'packWhole'> {
  const countTokens = createTokenCounter();
  const nameOf = (documentId: string) => (externalIds.get(documentId) ?? documentId).replace(/\.[^./]+$/, '');
  const placeOf = ({ documentId, start, end }: ScoredPassage) => ({ document: nameOf(documentId), start, end });
  const asked = { principal, filter: null, limit: passagesInContext };
  return {
    async texts() {
      const texts = new Map<string, string>();
      for (const documentId of externalIds.keys()) {
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
  for await (const { id, title, text } of records)
    yield { externalId: id, fileName: `${id}.txt`, title: title || null, mediaType, bytes: Buffer.from(text) };
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
