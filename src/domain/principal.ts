import type { KeyId, SessionId, TenantId, UserId } from './ids.ts';

/** What a credential may do. `read` asks and opens sources, `write` changes documents, `admin` manages keys and tenants. */
export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const roles = ['admin', 'reader'] as const;
export type Role = (typeof roles)[number];

/** The scopes that a role's sessions and keys have at most. */
export const roleScopes: Record<Role, readonly Scope[]> = {
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
