import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createJobProgress } from './cli/job-progress.ts';
import type { Progress } from './cli/progress.ts';
import { waitOutFaults } from './cli/wait-out-faults.ts';
import { AppError } from './domain/errors.ts';
import type { JobId } from './domain/ids.ts';
import type { Job } from './domain/job.ts';
import { isPassing } from './domain/passing-faults.ts';
import type { Principal } from './domain/principal.ts';
import { walkFolder } from './ingest/load/walk-folder.ts';
import { hasReadableName } from './ingest/parse/detect-format.ts';
import type { Footnote } from './main.ts';
import type { DataFolder } from './store/data-folder.ts';
import type { JobStore } from './store/jobs.ts';

const sampleFolder = join(import.meta.dirname, '../datasets/handbook/documents');
const sampleSource = 'sample';
const pollMilliseconds = 100;
/** A slow machine goes on with it in the background, where questions are answered by words until they have vectors. */
const longestWaitMilliseconds = 15_000;

/** In the marker until all of the sample was taken in. */
const begun = 'begun';

interface Starting {
  readonly note: (text: string) => void;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

type SampleParts = Pick<Footnote, 'stores' | 'submit' | 'localKey' | 'folder' | 'maxFileBytes'>;

/**
 * Gives a new, empty installation the sample knowledge base; once, so that what a user removes stays away. Resolves when it is searchable,
 * or after a while in any case: it is read in the background then. Faults that pass are waited out; after two minutes the next start goes on.
 */
export async function loadSample(parts: SampleParts, { note, ...waiting }: Starting): Promise<void> {
  const marker = markerIn(parts.folder);
  const isBegun = existsSync(marker);
  if (isBegun && readFileSync(marker, 'utf8') !== begun) return;
  try {
    const isWanted = isBegun || (await waitOutFaults(waiting, () => isEmpty(parts)));
    if (isWanted) {
      note('First start: reading the sample knowledge base, which takes a few seconds.');
      writeFileSync(marker, begun);
      await waitOutFaults(waiting, () => takeIn(parts, waiting.progress));
      waiting.progress.end();
    }
  } catch (error) {
    const reason = AppError.from(error);
    if (waiting.signal.aborted || !isPassing(reason)) throw error;
    const { code, detail } = reason;
    note(`The sample knowledge base is not complete, the next start goes on with it: ${code}: ${detail}`);
    return;
  }
  keepSampleAway(parts.folder);
}

/** From now on no start loads it: it was loaded, or what is there was restored. */
export function keepSampleAway(folder: Pick<DataFolder, 'path'>): void {
  writeFileSync(markerIn(folder), '');
}

const markerIn = ({ path }: Pick<DataFolder, 'path'>) => join(path, 'sample-loaded');

async function isEmpty({ stores, localKey }: SampleParts): Promise<boolean> {
  const principal = await stores.identities.principalOfKey(localKey);
  if (!principal) return false;
  const { items } = await stores.documents.list(principal, { limit: 1, cursor: null });
  return items.length === 0;
}

/** May be done again: what is in already is unchanged. */
async function takeIn({ stores, submit, localKey, maxFileBytes }: SampleParts, progress: Progress): Promise<void> {
  const principal = await stores.identities.principalOfKey(localKey);
  if (!principal) return;
  const jobId = await submitSample(submit, principal, maxFileBytes);
  if (jobId !== null) await waitUntilEmbedded(stores.jobs, { principal, jobId, show: createJobProgress(progress) });
}

async function submitSample(
  submit: Footnote['submit'],
  principal: Principal,
  maxFileBytes: number,
): Promise<JobId | null> {
  let jobId: JobId | null = null;
  for await (const entry of walkFolder(sampleFolder, { maxFileBytes, accepts: hasReadableName })) {
    if (entry.kind !== 'file') continue;
    const details = {
      source: sampleSource,
      externalId: entry.externalId,
      uri: null,
      title: null,
      acl: [],
      tags: {},
      metadata: {},
      language: 'en',
      jobId,
    };
    const file = { bytes: await entry.read(), fileName: basename(entry.externalId), mediaType: null };
    const registration = await submit.submit(principal, details, file);
    jobId ??= registration.jobId;
  }
  return jobId;
}

interface SampleJob {
  readonly principal: Principal;
  readonly jobId: JobId;
  readonly show: (job: Job) => void;
}

async function waitUntilEmbedded(jobs: Pick<JobStore, 'get'>, { principal, jobId, show }: SampleJob): Promise<void> {
  const deadline = Date.now() + longestWaitMilliseconds;
  while (Date.now() < deadline) {
    const job = await jobs.get(principal.tenantId, jobId);
    if (job?.stage === 'done' || job?.state !== 'running') return;
    show(job);
    await pause(pollMilliseconds);
  }
}
