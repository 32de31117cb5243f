import type { KeyId, TenantId, UserId } from '../domain/ids.ts';
import type { Principal, Role, Scope } from '../domain/principal.ts';
import type { Page } from './documents.ts';

export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  readonly createdAt: string;
}

export interface User {
  readonly id: UserId;
  readonly name: string;
  readonly role: Role;
  readonly groups: readonly string[];
  readonly createdAt: string;
}

export interface KeySummary {
  readonly id: KeyId;
  readonly name: string;
  /** The first characters of the secret, to recognise it by. */
  readonly hint: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly grants: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** Which part of a list, in the order of making. */
export interface ListPart {
  readonly limit: number;
  readonly cursor: string | null;
}

/** Tenants, users and credentials. Secrets are 256 random bits; only their SHA-256 is stored. */
export interface IdentityStore {
  /** The tenant named `default`, made on the first call. */
  defaultTenant(): Promise<Tenant>;
  createTenant(name: string): Promise<Tenant>;
  getTenant(id: TenantId): Promise<Tenant | null>;
  listTenants(part: ListPart): Promise<Page<Tenant>>;
  /** All of them. */
  tenantIds(): Promise<TenantId[]>;
  /** Deletes the tenant with everything it owns. Throws CONFLICT under legal hold. */
  removeTenant(id: TenantId): Promise<boolean>;
  createUser(tenant: TenantId, user: Pick<User, 'name' | 'role' | 'groups'>): Promise<User>;
  listUsers(tenant: TenantId, part: ListPart): Promise<Page<User>>;
  /** Counts for the next request of the user's credentials, as a revocation does; null when there is no such user. */
  setGroups(tenant: TenantId, id: UserId, groups: readonly string[]): Promise<User | null>;
  revokeUser(tenant: TenantId, id: UserId): Promise<boolean>;
  /** `secret` begins with `fn_` and is shown only here. Throws NOT_FOUND for a user that there is not. */
  createKey(
    tenant: TenantId,
    key: { name: string; role: Role; scopes: readonly Scope[]; grants: readonly string[]; userId: UserId | null },
  ): Promise<{ key: KeySummary; secret: string }>;
  listKeys(tenant: TenantId, part: ListPart): Promise<Page<KeySummary>>;
  revokeKey(tenant: TenantId, id: KeyId): Promise<boolean>;
  /**
   * The principal of a bearer secret, or null when it is unknown or revoked. What was read is believed for half a second: a
   * revocation works at once in this process, and within that time in others.
   */
  principalOfKey(secret: string): Promise<Principal | null>;
  /** A browser session for the tenant's local administrator; `secret` goes into the cookie. */
  createSession(
    tenant: TenantId,
    userId: UserId | null,
    role: Role,
    lifetimeSeconds: number,
  ): Promise<{ secret: string; expiresAt: string }>;
  /** As for keys. */
  principalOfSession(secret: string): Promise<Principal | null>;
  removeSession(secret: string): Promise<void>;
}
