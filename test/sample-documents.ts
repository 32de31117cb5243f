import { createHash } from 'node:crypto';
import { passageId, type TenantId } from '../src/domain/ids.ts';
import type { ParseQuality } from '../src/domain/parse-quality.ts';
import type { Principal } from '../src/domain/principal.ts';
import type { IncomingDocument, PreparedVersion, QueuedVersion } from '../src/store/documents.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a caller sends for a document with this text. */
export function sampleDocument(
  externalId: string,
  text: string,
  changes: Partial<IncomingDocument> = {},
): IncomingDocument {
  return {
    source: 'handbook',
    externalId,
    uri: null,
    title: null,
    acl: [],
    tags: {},
    metadata: {},
    language: null,
    contentHash: sha256(text),
    mediaType: 'text/plain',
    fileName: `${externalId}.txt`,
    size: Buffer.byteLength(text),
    ...changes,
  };
}

/** A version as a reader would prepare it: each line of the text is a passage, and its own embedding text. */
export function samplePrepared(queued: QueuedVersion, text: string): PreparedVersion {
  const { tenantId, jobId, documentId, version, document } = queued;
  let start = 0;
  const passages = text.split('\n').map((line, ordinal) => {
    const passage = {
      id: passageId(tenantId, documentId, version, ordinal),
      ordinal,
      text: line,
      start,
      end: start + line.length,
      headingPath: ['Top', 'Below "it", {here}'],
      page: ordinal === 0 ? null : ordinal,
      cells: ordinal === 0 ? `'It''s'!A1` : null,
      sparse: { indices: Int32Array.of(-5, ordinal, 7_000_000), values: Float32Array.of(0.5, 1.25, 3) },
      embeddingHash: sha256(line),
      embeddingText: line,
    };
    start += line.length + 1;
    return passage;
  });
  return {
    tenantId,
    jobId,
    documentId,
    version,
    title: document.title ?? 'Parsed title',
    language: 'en',
    content: text,
    quality: sampleQuality,
    properties: { author: 'Ada' },
    passages,
  };
}

export const sampleQuality: ParseQuality = {
  score: 1,
  characters: 100,
  pages: null,
  charactersPerPage: null,
  emptyPages: null,
  lostTables: 0,
  replacementCharacters: 0,
  warning: null,
};

export function samplePrincipal(tenantId: TenantId, changes: Partial<Principal> = {}): Principal {
  return {
    tenantId,
    credential: 'key_00000000-0000-7000-8000-000000000000',
    userId: null,
    role: 'admin',
    scopes: ['read', 'write', 'admin'],
    grants: [],
    ...changes,
  };
}
