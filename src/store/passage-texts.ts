import type { TenantId } from '../domain/ids.ts';

/** What a tenant's vocabulary is learnt from. */
export interface PassageTexts {
  /** The tenant's generation; the vocabulary is stale when it has changed. */
  generation(tenant: TenantId): Promise<number>;
  /**
   * Texts of the current passages that everybody in the tenant may read, in batches of a few hundred, in no particular order: a
   * restricted document must not teach its words to those who may not open it, and a curated answer repeats what its sources say.
   */
  texts(tenant: TenantId): AsyncIterable<readonly string[]>;
}
