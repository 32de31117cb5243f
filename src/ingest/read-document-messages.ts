import type { Properties } from '../domain/document.ts';
import { AppError, type ErrorCode } from '../domain/errors.ts';
import type { ParseQuality } from '../domain/parse-quality.ts';

/** A file as it goes to the worker; its buffer is handed over, not copied. */
export interface ReadRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileName: string;
  readonly mediaType: string;
  /** What the sender says; null leaves it to the file. */
  readonly title: string | null;
  readonly language: string | null;
}

/** A passage without what the main thread makes itself: its text is a slice of the content. */
export interface PackedPassage {
  readonly ordinal: number;
  readonly start: number;
  readonly end: number;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  readonly cells: string | null;
  readonly embeddingText: string;
  readonly embeddingHash: string;
  /** Terms of its sparse vector. */
  readonly terms: number;
}

export interface PackedDocument {
  readonly title: string;
  readonly language: string | null;
  readonly content: string;
  readonly quality: ParseQuality;
  readonly properties: Properties;
  readonly passages: readonly PackedPassage[];
  /** Sparse vectors of all passages, one after the other: thousands of small buffers would be slow to hand over. */
  readonly indices: Int32Array<ArrayBuffer>;
  readonly values: Float32Array<ArrayBuffer>;
}

/** `cause` is what an inner library said, for the log. */
export interface PackedError {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly cause: string;
}

/** `milliseconds` of processor time that the file took. */
export type ReadReply =
  | { readonly type: 'ready' }
  | { readonly type: 'read'; readonly document: PackedDocument; readonly milliseconds: number }
  | { readonly type: 'failed'; readonly error: PackedError; readonly milliseconds: number };

export function packError(error: unknown): PackedError {
  const { code, detail, cause } = AppError.from(error);
  return { code, detail, cause: cause instanceof Error ? (cause.stack ?? cause.message) : '' };
}

export function unpackError({ code, detail, cause }: PackedError): AppError {
  return new AppError(code, detail, cause === '' ? {} : { cause: new Error(cause) });
}
