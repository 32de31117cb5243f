import { randomBytes } from 'node:crypto';
import { AppError } from '../../domain/errors.ts';
import { type KeyId, newId, type SessionId, type TenantId, type UserId } from '../../domain/ids.ts';
import { type Principal, type Role, roleScopes, type Scope, usualScopes } from '../../domain/principal.ts';
import type { Page } from '../documents.ts';
import type { IdentityStore, KeySummary, ListPart, Tenant, User } from '../identities.ts';
import type { SqlDriver, SqlValue } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { isUniqueViolation } from './database-error.ts';
import { createKnownPrincipals, hashSecret } from './known-principals.ts';
import { countTextRemoval } from './purge-store.ts';
import { holdsAnything } from './tenant-settings-store.ts';

export interface IdentityStoreOptions {
  readonly now?: () => Date;
}

const defaultTenantName = 'default';
const hintLength = 9;
const tenantColumns = 'id, name, created_at as "createdAt"';
const userColumns = 'id, name, role, groups, created_at as "createdAt"';
const keyColumns = 'id, name, hint, role, scopes, grants, created_at as "createdAt", revoked_at as "revokedAt"';

export function createIdentityStore(
  driver: SqlDriver,
  { now = () => new Date() }: IdentityStoreOptions = {},
): IdentityStore {
  const known = createKnownPrincipals(now);
  const { removeTenant, ...tenants } = createTenants(driver, now);
  const { revokeUser, setGroups, ...users } = createUsers(driver, now);
  const { revokeKey, principalOfKey, ...keys } = createKeys(driver, now);
  const { removeSession, principalOfSession, ...sessions } = createSessions(driver, now);
  return {
    ...tenants,
    ...users,
    ...keys,
    ...sessions,
    principalOfKey: (secret) => known.find('key', secret, principalOfKey),
    principalOfSession: (secret) => known.find('session', secret, principalOfSession),
    removeTenant: (id) => known.forgetAfter(removeTenant(id)),
    setGroups: (tenant, id, groups) => known.forgetAfter(setGroups(tenant, id, groups)),
    revokeUser: (tenant, id) => known.forgetAfter(revokeUser(tenant, id)),
    revokeKey: (tenant, id) => known.forgetAfter(revokeKey(tenant, id)),
    removeSession: (secret) => known.forgetAfter(removeSession(secret)),
  };
}

/** Ids ascend with the time of making; `read` gets the last one seen, and how many rows to read after it. */
async function readPage<T extends { readonly id: string }>(
  { limit, cursor }: ListPart,
  prefix: RegExp,
  read: (values: SqlValue[]) => Promise<T[]>,
): Promise<Page<T>> {
  const [after = ''] = decodeCursor(cursor, [prefix]) ?? [];
  return toPage(await read([after, limit + 1]), limit, ({ id }) => [id]);
}

type TenantMethods = Pick<
  IdentityStore,
  'defaultTenant' | 'createTenant' | 'getTenant' | 'listTenants' | 'tenantIds' | 'removeTenant'
>;

function createTenants(driver: SqlDriver, now: () => Date): TenantMethods {
  return {
    async defaultTenant() {
      const read = `select ${tenantColumns} from tenants where name = $1`;
      const rows = await driver.asOperator(async (sql) => {
        const known = await sql.query<Tenant>(read, [defaultTenantName]);
        if (known.length > 0) return known;
        await sql.query('insert into tenants (id, name, created_at) values ($1, $2, $3) on conflict do nothing', [
          newId('tenant', now().getTime()),
          defaultTenantName,
          now(),
        ]);
        return await sql.query<Tenant>(read, [defaultTenantName]);
      });
      return only(rows);
    },

    async createTenant(name) {
      const values = [newId('tenant', now().getTime()), name, now()];
      const rows = await driver
        .asOperator((sql) =>
          sql.query<Tenant>(
            `insert into tenants (id, name, created_at) values ($1, $2, $3) returning ${tenantColumns}`,
            values,
          ),
        )
        .catch((error) => rejectTaken(error, `There is a tenant named ${JSON.stringify(name)} already.`));
      return only(rows);
    },

    async getTenant(id) {
      const read = `select ${tenantColumns} from tenants where id = $1`;
      return (await driver.asOperator((sql) => sql.query<Tenant>(read, [id])))[0] ?? null;
    },

    listTenants: (part) =>
      readPage(part, /^ten_/, (values) =>
        driver.asOperator((sql) =>
          sql.query<Tenant>(`select ${tenantColumns} from tenants where id > $1 order by id limit $2`, values),
        ),
      ),

    async tenantIds() {
      const rows = await driver.asOperator((sql) =>
        sql.query<Pick<Tenant, 'id'>>('select id from tenants order by id'),
      );
      return rows.map(({ id }) => id);
    },

    removeTenant: (id) =>
      driver.asOperator(
        async (sql) => {
          const held = await sql.query(
            `select from tenants t where t.id = $1 and ${holdsAnything('t.id')} for update`,
            [id],
          );
          if (held.length > 0)
            throw new AppError('CONFLICT', 'The tenant is under legal hold: it can be deleted once that is lifted.');
          await sql.query(
            `insert into object_purges (content_hash)
             select content_hash from document_versions where tenant_id = $1
             union select upload ->> 'hash' from sources where tenant_id = $1 and upload is not null
             on conflict (content_hash) do nothing`,
            [id],
          );
          // One statement is much faster than the cascade, which goes version by version.
          await sql.query('delete from passages where tenant_id = $1', [id]);
          const isGone = (await sql.query('delete from tenants where id = $1 returning 1', [id])).length > 0;
          if (isGone) await countTextRemoval(sql);
          return isGone;
        },
        { timeoutSeconds: 600 },
      ),
  };
}

type UserMethods = Pick<IdentityStore, 'createUser' | 'listUsers' | 'setGroups' | 'revokeUser'>;

function createUsers(driver: SqlDriver, now: () => Date): UserMethods {
  return {
    async createUser(tenant, { name, role, groups }) {
      const rows = await driver
        .queryAsTenant<User>(
          tenant,
          `insert into users (tenant_id, id, name, role, groups, created_at) values ($1, $2, $3, $4, $5, $6) returning ${userColumns}`,
          [tenant, newId('user', now().getTime()), name, role, groups, now()],
        )
        .catch((error) => rejectTaken(error, `There is a user named ${JSON.stringify(name)} already.`));
      return only(rows);
    },

    listUsers: (tenant, part) =>
      readPage(part, /^usr_/, (values) =>
        driver.queryAsTenant<User>(
          tenant,
          `select ${userColumns} from users where id > $1 and tenant_id = $3 and revoked_at is null order by id limit $2`,
          [...values, tenant],
        ),
      ),

    async setGroups(tenant, id, groups) {
      const rows = await driver.queryAsTenant<User>(
        tenant,
        `update users set groups = $3 where tenant_id = $1 and id = $2 and revoked_at is null returning ${userColumns}`,
        [tenant, id, groups],
      );
      return rows[0] ?? null;
    },

    revokeUser: (tenant, id) =>
      driver.asTenant(tenant, async (sql) => {
        await sql.query('delete from sessions where tenant_id = $1 and user_id = $2', [tenant, id]);
        const revoked = await sql.query(
          'update users set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null returning 1',
          [tenant, id, now()],
        );
        return revoked.length > 0;
      }),
  };
}

interface CredentialRow {
  readonly tenantId: TenantId;
  readonly id: KeyId | SessionId;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly grants: readonly string[];
  readonly userId: UserId | null;
  readonly userName: string | null;
  readonly groups: readonly string[] | null;
}

/** A credential of a revoked user is worth nothing. */
const owner = `left join users u on u.tenant_id = c.tenant_id and u.id = c.user_id
  where c.secret_hash = $1 and (c.user_id is null or u.revoked_at is null)`;
const ownerColumns = 'c.user_id as "userId", u.name as "userName", u.groups';

type KeyMethods = Pick<IdentityStore, 'createKey' | 'listKeys' | 'revokeKey' | 'principalOfKey'>;

function createKeys(driver: SqlDriver, now: () => Date): KeyMethods {
  return {
    async createKey(tenant, { name, role, scopes, grants, userId }) {
      const secret = `fn_${randomBytes(32).toString('base64url')}`;
      const rows = await driver.asTenant(tenant, async (sql) => {
        if (userId !== null) {
          const users = await sql.query('select from users where tenant_id = $1 and id = $2 and revoked_at is null', [
            tenant,
            userId,
          ]);
          if (users.length === 0) throw new AppError('NOT_FOUND', `There is no user ${userId}.`);
        }
        return await sql.query<KeySummary>(
          `insert into api_keys (tenant_id, id, secret_hash, name, hint, role, scopes, grants, user_id, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${keyColumns}`,
          [
            tenant,
            newId('key', now().getTime()),
            hashSecret(secret),
            name,
            secret.slice(0, hintLength),
            role,
            scopes,
            grants,
            userId,
            now(),
          ],
        );
      });
      return { key: only(rows), secret };
    },

    listKeys: (tenant, part) =>
      readPage(part, /^key_/, (values) =>
        driver.queryAsTenant<KeySummary>(
          tenant,
          `select ${keyColumns} from api_keys where id > $1 and tenant_id = $3 order by id limit $2`,
          [...values, tenant],
        ),
      ),

    async revokeKey(tenant, id) {
      const rows = await driver.queryAsTenant(
        tenant,
        'update api_keys set revoked_at = $3 where tenant_id = $1 and id = $2 and revoked_at is null returning 1',
        [tenant, id, now()],
      );
      return rows.length > 0;
    },

    async principalOfKey(secret) {
      const rows = await driver.asOperator(
        (sql) =>
          sql.queryLast<CredentialRow>(
            `select c.tenant_id as "tenantId", c.id, c.role, c.scopes, c.grants, ${ownerColumns}
             from api_keys c ${owner} and c.revoked_at is null`,
            [hashSecret(secret)],
          ),
        { isBrief: true },
      );
      return rows[0] ? toPrincipal(rows[0]) : null;
    },
  };
}

type SessionMethods = Pick<IdentityStore, 'createSession' | 'principalOfSession' | 'removeSession'>;

function createSessions(driver: SqlDriver, now: () => Date): SessionMethods {
  return {
    async createSession(tenant, userId, role, lifetimeSeconds) {
      const secret = randomBytes(32).toString('base64url');
      const expiresAt = new Date(now().getTime() + lifetimeSeconds * 1000);
      await driver.asTenant(tenant, async (sql) => {
        await sql.query('delete from sessions where tenant_id = $1 and expires_at <= $2', [tenant, now()]);
        await sql.query(
          `insert into sessions (tenant_id, id, secret_hash, user_id, role, created_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
          [tenant, newId('session', now().getTime()), hashSecret(secret), userId, role, now(), expiresAt],
        );
      });
      return { secret, expiresAt: expiresAt.toISOString() };
    },

    async principalOfSession(secret) {
      const rows = await driver.asOperator(
        (sql) =>
          sql.queryLast<Omit<CredentialRow, 'scopes' | 'grants'>>(
            `select c.tenant_id as "tenantId", c.id, c.role, ${ownerColumns} from sessions c ${owner} and c.expires_at > $2`,
            [hashSecret(secret), now()],
          ),
        { isBrief: true },
      );
      const [row] = rows;
      return row ? toPrincipal({ ...row, scopes: usualScopes[row.role], grants: [] }) : null;
    },

    removeSession: async (secret) => {
      await driver.asOperator((sql) => sql.query('delete from sessions where secret_hash = $1', [hashSecret(secret)]));
    },
  };
}

/** A credential never has more scopes than its role, whatever was stored. */
function toPrincipal(row: CredentialRow): Principal {
  const ofUser =
    row.userName === null
      ? []
      : [`user:${row.userId}`, `user:${row.userName}`, ...(row.groups ?? []).map((group) => `group:${group}`)];
  return {
    tenantId: row.tenantId,
    credential: row.id,
    userId: row.userId,
    role: row.role,
    scopes: row.scopes.filter((scope) => roleScopes[row.role].includes(scope)),
    grants: [...new Set([...row.grants, ...ofUser])],
  };
}

function only<T>(rows: readonly T[]): T {
  const [row] = rows;
  if (row === undefined) throw new AppError('INTERNAL', 'The database gave no row back.');
  return row;
}

function rejectTaken(error: unknown, detail: string): never {
  throw isUniqueViolation(error) ? new AppError('CONFLICT', detail, { cause: error }) : error;
}
