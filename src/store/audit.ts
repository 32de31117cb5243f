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

export interface AuditLog {
  /** Newest first. Throws INVALID_REQUEST for a cursor of another list. */
  list(tenant: TenantId, options: { limit: number; cursor: string | null }): Promise<Page<AuditEntry>>;
}
