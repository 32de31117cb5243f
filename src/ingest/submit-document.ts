import { curatedSource } from '../domain/curated-answer.ts';
import { AppError } from '../domain/errors.ts';
import type { JobId, TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { CuratedContent } from '../store/curated-answers.ts';
import type { DocumentStore, IncomingDocument, Registration } from '../store/documents.ts';
import type { ObjectStore } from '../store/objects.ts';
import { mediaTypeOf } from './parse/media-type.ts';
import { storeFile } from './store-file.ts';

/** What the caller says about a document; `source` and `externalId` together name it within the tenant. */
export interface DocumentDetails
  extends Pick<
    IncomingDocument,
    'source' | 'externalId' | 'uri' | 'title' | 'acl' | 'tags' | 'metadata' | 'language' | 'inherits'
  > {
  /** Adds to this job; null starts one. */
  readonly jobId: JobId | null;
  /** Of a curated answer, whose source no other document may have. */
  readonly curated?: CuratedContent;
}

export interface DocumentBytes {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** Declared type; the bytes decide when they disagree. Null when nothing was declared. */
  readonly mediaType: string | null;
}

/** Accepts documents: raw bytes to the object store, document and job item in one transaction. What is acknowledged survives a crash. */
export interface SubmitDocuments {
  /** Throws FILE_TOO_LARGE, STORAGE_FULL, NOT_FOUND (an unknown job), INVALID_REQUEST (metadata that is not declared, a reserved source). */
  submit(owner: Pick<Principal, 'tenantId'>, details: DocumentDetails, file: DocumentBytes): Promise<Registration>;
  /** Fetches one page or file without following its links. Throws URL_NOT_ALLOWED, URL_UNREACHABLE, FILE_TOO_LARGE. */
  submitUrl(
    owner: Pick<Principal, 'tenantId'>,
    details: Omit<DocumentDetails, 'externalId'> & { externalId: string | null },
    url: string,
    signal: AbortSignal,
  ): Promise<Registration>;
}

export type FetchedPage = DocumentBytes & { readonly url: string };

interface SubmitDeps {
  readonly documents: Pick<DocumentStore, 'register'>;
  readonly objects: Pick<ObjectStore, 'put' | 'has'>;
  readonly fetchUrl: (url: string, signal: AbortSignal) => Promise<FetchedPage>;
  readonly maxFileBytes: number;
  /** Called after a document was queued. */
  readonly onQueued: () => void;
}

/** The one way in: whatever brings a document ends here. */
export function createSubmit(deps: Omit<SubmitDeps, 'fetchUrl'>): SubmitDocuments['submit'] {
  return async (owner, details, file) => {
    if ((details.source === curatedSource) !== (details.curated !== undefined)) throw reserved();
    if (file.bytes.byteLength > deps.maxFileBytes) throw tooLarge(file, deps.maxFileBytes);
    const registration = await register(deps, owner.tenantId, { details, file });
    if (registration.outcome !== 'unchanged') deps.onQueued();
    return registration;
  };
}

async function register(
  { objects, documents }: Pick<SubmitDeps, 'objects' | 'documents'>,
  tenant: TenantId,
  { details, file }: { details: DocumentDetails; file: DocumentBytes },
): Promise<Registration> {
  const { jobId, ...named } = details;
  const kind = { mediaType: await mediaTypeOf({ ...file, mediaType: file.mediaType ?? '' }), fileName: file.fileName };
  return await storeFile(objects, file.bytes, async ({ hash, size }) => {
    const incoming = { ...named, ...kind, contentHash: hash, size };
    const [registration] = await documents.register(tenant, jobId, [incoming]);
    if (!registration) throw new AppError('INTERNAL', 'The document was not registered.');
    return registration;
  });
}

export function createSubmitDocuments(deps: SubmitDeps): SubmitDocuments {
  const submit = createSubmit(deps);
  return {
    submit,
    submitUrl: async (owner, details, url, signal) => {
      const page = await deps.fetchUrl(url, signal);
      return await submit(
        owner,
        { ...details, externalId: details.externalId ?? url, uri: details.uri ?? page.url },
        page,
      );
    },
  };
}

function reserved(): AppError {
  const expected = 'another name; curated answers are sent to POST /v1/curated-answers';
  return new AppError('INVALID_REQUEST', 'This source holds the curated answers.', {
    errors: [{ field: 'source', expected, received: JSON.stringify(curatedSource) }],
  });
}

function tooLarge(file: DocumentBytes, maximum: number): AppError {
  return new AppError(
    'FILE_TOO_LARGE',
    `${file.fileName} has ${file.bytes.byteLength} bytes; at most ${maximum} are read.`,
  );
}
