import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../domain/errors.ts';
import type { Job } from '../domain/job.ts';
import type { Metadata } from '../domain/metadata.ts';
import { sha256 } from '../domain/sha256.ts';
import type { EmbeddingEstimate } from '../ingest/estimate-embedding.ts';
import { type FoundFile, walkFolder } from '../ingest/load/walk-folder.ts';
import { hasReadableName } from '../ingest/parse/detect-format.ts';
import type { Client } from './client.ts';
import { documentsOf } from './documents.ts';
import { hashWhile } from './hash-ahead.ts';
import { createJobProgress } from './job-progress.ts';
import type { Output } from './output.ts';
import { createEmbeddingPreview, describeEmbedding, type EmbeddingPreview } from './preview-embedding.ts';
import { createEta, type Progress } from './progress.ts';
import { describeRun, ingestSitemap, isSitemap } from './sources.ts';

export interface IngestOptions {
  readonly source?: string | undefined;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
  readonly wait: 'lexical' | 'dense';
  readonly dryRun: boolean;
  readonly prune: boolean;
}

interface IngestContext {
  readonly client: Client;
  readonly output: Output;
  readonly progress: Progress;
  readonly maxFileBytes: number;
  readonly signal: AbortSignal;
}

/** One file that the command found, with the source that it belongs to. */
type Candidate = FoundFile & { readonly source: string };

interface Report {
  readonly added: string[];
  readonly changed: string[];
  readonly removed: string[];
  unchanged: number;
  /** Files of kinds that are not read. */
  skipped: number;
  /** With `dryRun`, what embedding the files would take; web pages are not fetched for it. */
  embedding: EmbeddingEstimate | null;
  readonly failed: { name: string; code: string; detail: string }[];
}

interface KnownDocument {
  readonly id: string;
  readonly contentHash: string;
  readonly state: string;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly metadata: Metadata;
}

interface Submission {
  readonly documentId: string;
  readonly jobId: string | null;
  readonly outcome: 'added' | 'changed' | 'unchanged';
}

/** The server registers together what arrives together. */
const uploadsAtOnce = 24;
/** How long a look at a job waits for the next: counting the documents of a large one takes the time in which it could go on. */
const firstPollMilliseconds = 100;
const lastPollMilliseconds = 1_500;
const pollGrowth = 1.3;

/** Resolves to the exit code: 0 everything is in, 1 when a document failed. */
export async function ingest(
  context: IngestContext,
  targets: readonly string[],
  options: IngestOptions,
): Promise<number> {
  await using preview = options.dryRun ? createEmbeddingPreview(context.client) : null;
  let failed = 0;
  for (const url of targets.filter(isSitemap)) failed += await addSitemap(context, url, options);
  const others = targets.filter((target) => !isSitemap(target));
  if (others.length === 0) return failed > 0 ? 1 : 0;
  const run = createIngestRun(context, options, preview);
  for (const target of others) {
    if (/^https?:\/\//i.test(target)) await run.addUrl(target);
    else await run.addPath(target);
  }
  const report = await run.finish();
  context.output.result(report, (value) => describeReport(value, options.dryRun));
  return failed + report.failed.length > 0 ? 1 : 0;
}

/** Resolves to how many of its pages failed; a run that did not end well counts as one. */
async function addSitemap(context: IngestContext, url: string, options: IngestOptions): Promise<number> {
  const { run, name } = await ingestSitemap(context, url, options);
  const job = run.jobId && (await waitForJob(context, run.jobId, options.wait));
  context.progress.end();
  context.output.result(run, (value) => describeRun(value, name));
  return run.failed + (job ? job.failed : 0) + (run.state === 'finished' ? 0 : 1);
}

function createIngestRun(context: IngestContext, options: IngestOptions, preview: EmbeddingPreview | null) {
  const { client, progress, signal } = context;
  const report: Report = {
    ...{ added: [], changed: [], removed: [], unchanged: 0, skipped: 0, embedding: null, failed: [] },
  };
  const started = createEta();
  const sending = createSending(context, report);
  let seen = 0;

  function onRead({ externalId }: FoundFile): void {
    seen += 1;
    progress.show({ label: 'reading', done: seen, total: null, etaSeconds: null, note: externalId });
  }

  /** `hash` is of its bytes where they were read before. */
  async function addFile(candidate: Candidate, known: KnownDocument | undefined, hash: string | null): Promise<void> {
    if (known && hash !== null && isUnchanged(known, hash, options)) {
      report.unchanged += 1;
      return;
    }
    const bytes = await candidate.read();
    if (hash === null) onRead(candidate);
    if (known && hash === null && isUnchanged(known, sha256(bytes), options)) {
      report.unchanged += 1;
    } else if (preview) {
      await preview.add(bytes, basename(candidate.path), signal);
      report[known ? 'changed' : 'added'].push(candidate.externalId);
    } else {
      await sending.post(candidate.externalId, (job) => uploadForm(candidate, bytes, options, job));
    }
  }

  /** A cancelled job takes no more documents: there is no use in sending the rest. */
  async function isCancelled(): Promise<boolean> {
    const jobId = sending.jobId();
    return jobId !== null && (await client.get<Job>(`/v1/jobs/${jobId}`)).state === 'cancelled';
  }

  /** What cannot be taken in is listed as failed, and harms no other. */
  async function attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = AppError.from(error);
      if (reason.spec.status >= 500 || (await isCancelled())) throw reason;
      report.failed.push({ name, code: reason.code, detail: reason.detail });
    }
  }

  return {
    async addUrl(url: string): Promise<void> {
      if (options.dryRun) report.added.push(url);
      else
        await attempt(url, () =>
          sending.post(url, (job) => ({
            url,
            source: options.source ?? 'web',
            acl: options.acl,
            tags: options.tags,
            metadata: options.metadata,
            jobId: job ?? undefined,
          })),
        );
    },

    async addPath(target: string): Promise<void> {
      const path = await realPathOf(target);
      const isFolder = (await stat(path)).isDirectory();
      const source = options.source ?? (isFolder ? path : dirname(path));
      const known = new Map<string, KnownDocument>();
      const listing = (async () => {
        for await (const document of documentsOf(client, source)) known.set(document.externalId, document);
      })();
      const found = new Set<string>();
      const uploads = createUploads();
      const files = walkFolder(path, { maxFileBytes: context.maxFileBytes, accepts: hasReadableName });
      for await (const { entry, hash } of hashWhile(listing, files, onRead)) {
        signal.throwIfAborted();
        if (entry.kind === 'skipped') report.skipped += 1;
        else found.add(entry.externalId);
        if (entry.kind === 'failed')
          report.failed.push({ name: entry.externalId, code: entry.error.code, detail: entry.error.detail });
        if (entry.kind !== 'file') continue;
        const upload = attempt(entry.externalId, () =>
          addFile({ ...entry, source }, known.get(entry.externalId), hash),
        );
        await uploads.add(upload);
      }
      await uploads.end();
      if (found.size === 0) progress.note(`${target} holds no files that can be read.`);
      if (options.prune && isFolder) await this.prune(known, found);
    },

    async prune(known: ReadonlyMap<string, KnownDocument>, found: ReadonlySet<string>): Promise<void> {
      for (const [externalId, { id }] of known) {
        if (found.has(externalId)) continue;
        if (!options.dryRun) await client.delete(`/v1/documents/${id}`);
        report.removed.push(externalId);
      }
    },

    async finish(): Promise<Report> {
      const jobId = sending.jobId();
      if (jobId !== null) {
        const job = await waitForJob(context, jobId, options.wait, started);
        for (const { externalId, code, detail } of job.failures) report.failed.push({ name: externalId, code, detail });
        dropFailed(report);
      }
      if (preview && seen > 0) report.embedding = await preview.estimate();
      progress.end();
      return report;
    },
  };
}

/** Sends documents into one job. */
function createSending(context: IngestContext, report: Report) {
  let jobId: string | null = null;
  let opening: Promise<void> | null = null;

  async function send(name: string, body: FormData | object): Promise<void> {
    const submission = await context.client.post<Submission>('/v1/documents', body);
    jobId ??= submission.jobId;
    if (submission.outcome === 'unchanged') report.unchanged += 1;
    else report[submission.outcome].push(name);
  }

  return {
    /** Null until a document opened it. */
    jobId: () => jobId,
    /** One document opens the job, those that come meanwhile wait for it and join. */
    async post(name: string, bodyOf: (jobId: string | null) => FormData | object): Promise<void> {
      while (jobId === null && opening !== null) await opening.catch(() => {});
      if (jobId !== null) return await send(name, bodyOf(jobId));
      opening = send(name, bodyOf(null)).finally(() => {
        opening = null;
      });
      await opening;
    },
  };
}

/** Uploads side by side. Once one has failed the others are let end, and then its reason is thrown. */
function createUploads() {
  const running = new Set<Promise<void>>();
  const faults: unknown[] = [];
  async function end(): Promise<void> {
    await Promise.all(running);
    if (faults.length > 0) throw faults[0];
  }
  return {
    /** Resolves when another may begin. */
    async add(upload: Promise<void>): Promise<void> {
      const settled = upload.catch((error: unknown) => void faults.push(error)).finally(() => running.delete(settled));
      running.add(settled);
      if (running.size >= uploadsAtOnce) await Promise.race(running);
      if (faults.length > 0) await end();
    },
    end,
  };
}

/** What was accepted and then could not be read is neither added nor changed. */
function dropFailed({ added, changed, failed }: Report): void {
  const names = new Set(failed.map(({ name }) => name));
  for (const list of [added, changed]) list.splice(0, list.length, ...list.filter((name) => !names.has(name)));
}

async function waitForJob(
  context: IngestContext,
  jobId: string,
  wait: IngestOptions['wait'],
  readingEta = createEta(),
): Promise<Job> {
  const { client, progress, signal } = context;
  const show = createJobProgress(progress, { readingEta, noteOnVectors: 'answers work already' });
  for (
    let pollMilliseconds = firstPollMilliseconds;
    ;
    pollMilliseconds = Math.min(lastPollMilliseconds, pollMilliseconds * pollGrowth)
  ) {
    const job = await client.get<Job>(`/v1/jobs/${jobId}`);
    if (job.stage !== 'lexical' && (job.stage === 'done' || wait === 'lexical' || job.state !== 'running')) return job;
    show(job);
    await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    signal.throwIfAborted();
  }
}

function isUnchanged(known: KnownDocument, hash: string, options: IngestOptions): boolean {
  const sameList = JSON.stringify([...known.acl].sort()) === JSON.stringify([...options.acl].sort());
  const map = (value: object) => JSON.stringify(Object.entries(value).sort());
  return (
    known.state !== 'failed' &&
    sameList &&
    map(known.tags) === map(options.tags) &&
    map(known.metadata) === map(options.metadata) &&
    known.contentHash === hash
  );
}

function uploadForm(candidate: Candidate, bytes: Uint8Array, options: IngestOptions, jobId: string | null): FormData {
  const form = new FormData();
  form.set('file', new File([new Uint8Array(bytes)], basename(candidate.path)));
  form.set('source', candidate.source);
  form.set('externalId', candidate.externalId);
  form.set('uri', pathToFileURL(candidate.path).href);
  form.set('acl', JSON.stringify(options.acl));
  form.set('tags', JSON.stringify(options.tags));
  form.set('metadata', JSON.stringify(options.metadata));
  if (jobId !== null) form.set('jobId', jobId);
  return form;
}

async function realPathOf(target: string): Promise<string> {
  try {
    return await realpath(target);
  } catch (error) {
    throw new AppError('FILE_UNREADABLE', `${target} does not exist or may not be read.`, { cause: error });
  }
}

function describeReport(report: Report, isDryRun: boolean): string {
  const verb = isDryRun ? 'Would have: ' : '';
  const counts = `${verb}${report.added.length} added, ${report.changed.length} changed, ${report.removed.length} removed, ${report.unchanged} unchanged, ${report.failed.length} failed${report.skipped > 0 ? `, ${report.skipped} of other kinds skipped` : ''}`;
  const names = isDryRun
    ? (['added', 'changed', 'removed'] as const).flatMap((kind) => report[kind].map((name) => `  ${kind}  ${name}`))
    : [];
  const failures = report.failed.map(({ name, code, detail }) => `  failed  ${name}: ${code}: ${detail}`);
  const embedding = report.embedding ? [describeEmbedding(report.embedding)] : [];
  return [counts, ...embedding, ...names, ...failures].join('\n');
}
