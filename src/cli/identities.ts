import type { Page } from '../store/documents.ts';
import type { KeySummary, Tenant, User } from '../store/identities.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';

export type IdentityKind = 'keys' | 'tenants' | 'users';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

export async function createKey(
  { client, output }: Context,
  name: string,
  options: {
    role: string;
    scope?: readonly string[] | undefined;
    grant?: readonly string[] | undefined;
    tenant?: string | undefined;
  },
): Promise<void> {
  const body = {
    name,
    role: options.role,
    ...(options.scope ? { scopes: options.scope } : {}),
    ...(options.grant ? { grants: options.grant } : {}),
    ...(options.tenant ? { tenantId: options.tenant } : {}),
  };
  const made = await client.post<KeySummary & { secret: string }>('/v1/keys', body);
  output.result(
    made,
    ({ id, secret }) =>
      `${secret}\n\nThis is the only time that the key is shown. Revoke it with: footnote keys revoke ${id}`,
  );
}

/** What the lists of keys, users and tenants take. */
export interface PageOptions {
  readonly limit: string;
  readonly cursor?: string;
}

interface Table<T> {
  readonly heads: readonly string[];
  readonly cells: (item: T) => readonly string[];
}

async function printPage<T>(
  { client, output }: Context,
  { kind, options, heads, cells }: Table<T> & { readonly kind: IdentityKind; readonly options: PageOptions },
): Promise<void> {
  const page = await client.get<Page<T>>(`/v1/${kind}?${new URLSearchParams({ ...options })}`);
  output.result(page, ({ items, nextCursor }) => {
    if (items.length === 0) return `No ${kind}. Make one with: footnote ${kind} create NAME`;
    return formatTable(heads, items.map(cells)) + nextPage(`${kind} list`, { ...options }, nextCursor);
  });
}

export const listKeys = (context: Context, options: PageOptions): Promise<void> =>
  printPage<KeySummary>(context, {
    kind: 'keys',
    options,
    heads: ['id', 'key', 'role', 'scopes', 'state', 'name'],
    cells: ({ id, hint, role, scopes, revokedAt, name }) => [
      ...[id, `${hint}…`, role, scopes.join(',')],
      ...[revokedAt ? 'revoked' : 'active', name],
    ],
  });

export async function createTenant({ client, output }: Context, name: string): Promise<void> {
  output.result(
    await client.post<Tenant>('/v1/tenants', { name }),
    ({ id }) => `${id}\n\nMake a key for it with: footnote keys create NAME --tenant ${id}`,
  );
}

export const listTenants = (context: Context, options: PageOptions): Promise<void> =>
  printPage<Tenant>(context, {
    kind: 'tenants',
    options,
    heads: ['id', 'created', 'name'],
    cells: ({ id, createdAt, name }) => [id, createdAt, name],
  });

export async function createUser(
  { client, output }: Context,
  name: string,
  options: { role: string; group?: readonly string[] | undefined },
): Promise<void> {
  const body = { name, role: options.role, groups: options.group ?? [] };
  output.result(await client.post<User>('/v1/users', body), ({ id }) => id);
}

export async function setGroups(
  { client, output }: Context,
  id: string,
  { group = [] }: { readonly group?: readonly string[] | undefined },
): Promise<void> {
  output.result(
    await client.patch<User>(`/v1/users/${encodeURIComponent(id)}`, { groups: group }),
    ({ name, groups }) => (groups.length === 0 ? `${name} is in no group.` : `${name} is in ${groups.join(', ')}.`),
  );
}

export const listUsers = (context: Context, options: PageOptions): Promise<void> =>
  printPage<User>(context, {
    kind: 'users',
    options,
    heads: ['id', 'role', 'groups', 'name'],
    cells: ({ id, role, groups, name }) => [id, role, groups.join(','), name],
  });

export async function revoke({ client, output }: Context, kind: IdentityKind, id: string): Promise<void> {
  await client.delete(`/v1/${kind}/${encodeURIComponent(id)}`);
  output.result({ revoked: id }, () => `Revoked ${id}.`);
}
