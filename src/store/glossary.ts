import type { TenantId } from '../domain/ids.ts';

/** A term with the words that mean the same in this tenant. */
export interface GlossaryTerm {
  readonly term: string;
  readonly synonyms: readonly string[];
}

export interface GlossaryStore {
  /** In alphabetical order. */
  list(tenant: TenantId): Promise<GlossaryTerm[]>;
  /** The whole list in place of the one before; terms must differ in more than capitals. */
  replace(tenant: TenantId, terms: readonly GlossaryTerm[]): Promise<void>;
}
