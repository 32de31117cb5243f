import type { KeyId, SessionId, TenantId, UserId } from './ids.ts';

/**
 * What a credential may do. `read` asks and opens sources, `write` changes documents, `admin` manages keys and tenants,
 * `embeddings` uses the embedder for texts of its own.
 */
export const scopes = ['read', 'write', 'admin', 'embeddings'] as const;
export type Scope = (typeof scopes)[number];

export const roles = ['admin', 'reader'] as const;
export type Role = (typeof roles)[number];

/** The scopes that a role's keys have at most. */
export const roleScopes: Record<Role, readonly Scope[]> = {
  admin: ['read', 'write', 'admin', 'embeddings'],
  reader: ['read', 'embeddings'],
};

/** What its sessions have, and its keys unless they ask for others: embedding may cost money, so it is asked for by name. */
export const usualScopes: Record<Role, readonly Scope[]> = {
  admin: ['read', 'write', 'admin'],
  reader: ['read'],
};

/** Who is asking: always exactly one tenant. */
export interface Principal {
  readonly tenantId: TenantId;
  readonly credential: KeyId | SessionId;
  readonly userId: UserId | null;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  /** Access-list entries that this principal satisfies, such as `user:ada` or `group:support`; an admin reads every document. */
  readonly grants: readonly string[];
}

/** The access-list entry that names everyone of the tenant, as an empty list does. */
export const publicEntry = 'public';

/** What access lists may name; a user by name or by id. */
export const isAccessEntry = (entry: string) => entry === publicEntry || isGrant(entry);

/** What a key may be granted: the entries that name someone. */
export const isGrant = (entry: string) => /^(user|group):\S(.*\S)?$/u.test(entry);

/** The access-list entries that the principal satisfies; null for an administrator, who reads every document. */
export function grantsOf({ role, grants }: Principal): readonly string[] | null {
  return role === 'admin' ? null : [...grants, publicEntry];
}
