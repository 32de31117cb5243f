import type { RawResult } from './sql-values.ts';
import type { Statement } from './transaction.ts';

/** How the thread of the embedded database begins. */
export interface PgliteStart {
  /** Null: in memory. */
  readonly folder: string | null;
  /** Gzipped tar of an empty cluster in memory; null when `folder` holds one. */
  readonly template: Uint8Array<ArrayBuffer> | null;
}

/** `statements` null: close the database. */
export interface PgliteRequest {
  readonly id: number;
  readonly statements: readonly Statement[] | null;
}

/** `id` 0: the database is open. */
export type PgliteResponse =
  | { readonly id: number; readonly results: RawResult[] }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly code: string | null; readonly constraint: string | null };
    };
