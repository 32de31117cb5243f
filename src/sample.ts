import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { JobId } from './domain/ids.ts';
import type { Principal } from './domain/principal.ts';
import { walkFolder } from './ingest/load/walk-folder.ts';
import { hasReadableName } from './ingest/parse/detect-format.ts';
import type { Footnote } from './main.ts';

const sampleFolder = join(import.meta.dirname, '../datasets/handbook/documents');
const sampleSource = 'sample';
const pollMilliseconds = 100;
const longestWaitMilliseconds = 6_000;

/**
 * Gives a new, empty installation the sample knowledge base; once, so that what a user removes stays away. Resolves when it is searchable,
 * or after a while in any case: it is read in the background then.
 */
export async function loadSample(
  { stores, submit, localKey, folder, maxFileBytes }: Footnote,
  note: (text: string) => void,
): Promise<void> {
  const marker = join(folder.path, 'sample-loaded');
  if (existsSync(marker)) return;
  const principal = await stores.identities.principalOfKey(localKey);
  if (!principal) return;
  const { items } = await stores.documents.list(principal, { limit: 1, cursor: null });
  if (items.length === 0) {
    note('First start: reading the sample knowledge base, which takes a few seconds.');
    const jobId = await submitSample(submit, principal, maxFileBytes);
    if (jobId !== null) await waitUntilEmbedded(stores, principal, jobId);
  }
  writeFileSync(marker, '');
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

async function waitUntilEmbedded({ jobs }: Footnote['stores'], principal: Principal, jobId: JobId): Promise<void> {
  const deadline = Date.now() + longestWaitMilliseconds;
  while (Date.now() < deadline) {
    const job = await jobs.get(principal.tenantId, jobId);
    if (job?.stage === 'done' || job?.state !== 'running') return;
    await pause(pollMilliseconds);
  }
}
