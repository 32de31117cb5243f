import type { TenantId } from '../domain/ids.ts';

/** Responses by tenant and `Idempotency-Key`, kept for 24 hours. */
export interface IdempotencyStore {
  /**
   * `new`: the caller now owns the key; `running`: another request owns it; `conflict`: it was used for another request;
   * else the response of the first request. A request that neither finished nor released its key within 10 minutes died: the key is `new` again.
   */
  begin(
    tenant: TenantId,
    key: string,
    requestHash: string,
  ): Promise<'new' | 'running' | 'conflict' | { readonly body: object }>;
  finish(tenant: TenantId, key: string, body: object): Promise<void>;
  /** Gives the key back after a failure, so that the same request may be tried again. */
  release(tenant: TenantId, key: string): Promise<void>;
}
