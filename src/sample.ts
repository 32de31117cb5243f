import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { JobId } from './domain/ids.ts';
import type { Principal } from './domain/principal.ts';
import { walkFolder } from './ingest/load/walk-folder.ts';
import { hasReadableName } from './ingest/parse/detect-format.ts';
import type { Footnote } from './main.ts';

const sampleFolder = join(import.meta.dirname, '../datasets/handbook/documents');
const sampleSource = 'sample';

/** Gives a new, empty installation the sample knowledge base; once, so that what a user removes stays away. */
export async function loadSample({ stores, submit, localKey, dataDir, maxFileBytes }: Footnote): Promise<void> {
  const marker = join(dataDir, 'sample-loaded');
  if (existsSync(marker)) return;
  const principal = await stores.identities.principalOfKey(localKey);
  if (!principal) return;
  const { items } = await stores.documents.list(principal, { limit: 1, cursor: null });
  if (items.length === 0) await submitSample(submit, principal, maxFileBytes);
  writeFileSync(marker, '');
}

async function submitSample(submit: Footnote['submit'], principal: Principal, maxFileBytes: number): Promise<void> {
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
      language: 'en',
      jobId,
    };
    const file = { bytes: await entry.read(), fileName: basename(entry.externalId), mediaType: null };
    const registration = await submit.submit(principal, details, file);
    jobId ??= registration.jobId;
  }
}
