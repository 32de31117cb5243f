import type { TenantId } from '../domain/ids.ts';

/** A collection that this installation made. */
export interface IndexCollection {
  readonly name: string;
  readonly embedder: string;
  readonly dimensions: number;
  readonly isLive: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** When another one took its place; null for the live one and for one that is being filled. */
  readonly retiredAt: string | null;
}

/** How far one collection is for one tenant. */
export interface IndexState {
  readonly tenant: TenantId;
  /** The generation of the rows that the collection holds; 0: nothing is known to be in it. */
  readonly generation: number;
}

/** Who fills a tenant's part of a collection; a name of one process and one piece of work. */
export type Filler = string;

/** What an index on a server holds, kept beside the rows: it survives the process and is shared by all of them. */
export interface IndexStates {
  generation(collection: string, tenant: TenantId): Promise<number>;
  /**
   * Lets one filler work on the tenant for so many seconds, and again for the same filler: a longer piece of work renews it.
   * Resolves to the generation that is held, null while another one works.
   */
  claim(collection: string, tenant: TenantId, filler: Filler, seconds: number): Promise<number | null>;
  /** Writes what is held now. False when the claim was lost meanwhile: another filler has taken over. */
  advance(collection: string, tenant: TenantId, filler: Filler, generation: number): Promise<boolean>;
  release(collection: string, tenant: TenantId, filler: Filler): Promise<void>;
  /** Nothing is known to be in it any more, of one tenant or of all. */
  reset(collection: string, tenant: TenantId | null): Promise<void>;
  /** Tenants that exist, with what the collection holds of each and what the rows are at. */
  lag(collection: string): Promise<readonly TenantLag[]>;
  /** Tenants that are gone and still have points. */
  orphans(collection: string): Promise<TenantId[]>;
  forget(collection: string, tenant: TenantId): Promise<void>;

  collections(): Promise<IndexCollection[]>;
  addCollection(collection: Omit<IndexCollection, 'isLive' | 'createdAt' | 'retiredAt'>): Promise<void>;
  /** Lets one process build the collection for so many seconds, and again for the same one. */
  claimCollection(name: string, filler: Filler, seconds: number): Promise<boolean>;
  releaseCollection(name: string, filler: Filler): Promise<void>;
  /** The named one is live from now on; the one that was is retired. */
  setLive(name: string): Promise<void>;
  removeCollection(name: string): Promise<void>;
}

export interface TenantLag extends IndexState {
  readonly rowsGeneration: number;
  /** Passages of documents that changed since `generation`. */
  readonly passagesBehind: number;
  readonly passages: number;
}
