import type { TenantId } from '../domain/ids.ts';
import type { Page } from './documents.ts';

/** One thing that was done, as it is kept for good. */
export interface AuditEntry {
  readonly at: string;
  /** The user, or the credential where no user stands behind it. */
  readonly actor: string;
  /** Noun and verb, such as `settings.changed`. */
  readonly action: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditListOptions {
  readonly limit: number;
  readonly cursor: string | null;
  readonly action?: string | undefined;
  /** Entries whose details name this document. */
  readonly documentId?: string | undefined;
}

export interface AuditLog {
  /** Newest first. Throws INVALID_REQUEST for a cursor of another list. */
  list(tenant: TenantId, options: AuditListOptions): Promise<Page<AuditEntry>>;
}
