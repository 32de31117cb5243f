import type { Page } from '../store/documents.ts';
import type { KeySummary, Tenant, User } from '../store/identities.ts';
import type { Client } from './client.ts';
import { formatTable, type Output } from './output.ts';

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

export async function listKeys({ client, output }: Context): Promise<void> {
  output.result(await client.get<Page<KeySummary>>('/v1/keys'), ({ items }) =>
    items.length === 0
      ? 'No keys. Make one with: footnote keys create NAME'
      : formatTable(
          ['id', 'key', 'role', 'scopes', 'state', 'name'],
          items.map((key) => [
            key.id,
            `${key.hint}…`,
            key.role,
            key.scopes.join(','),
            key.revokedAt ? 'revoked' : 'active',
            key.name,
          ]),
        ),
  );
}

export async function createTenant({ client, output }: Context, name: string): Promise<void> {
  output.result(
    await client.post<Tenant>('/v1/tenants', { name }),
    ({ id }) => `${id}\n\nMake a key for it with: footnote keys create NAME --tenant ${id}`,
  );
}

export async function listTenants({ client, output }: Context): Promise<void> {
  output.result(await client.get<Page<Tenant>>('/v1/tenants'), ({ items }) =>
    formatTable(
      ['id', 'created', 'name'],
      items.map(({ id, createdAt, name }) => [id, createdAt, name]),
    ),
  );
}

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

export async function listUsers({ client, output }: Context): Promise<void> {
  output.result(await client.get<Page<User>>('/v1/users'), ({ items }) =>
    items.length === 0
      ? 'No users. Make one with: footnote users create NAME'
      : formatTable(
          ['id', 'role', 'groups', 'name'],
          items.map(({ id, role, groups, name }) => [id, role, groups.join(','), name]),
        ),
  );
}

export async function revoke(
  { client, output }: Context,
  kind: 'keys' | 'tenants' | 'users',
  id: string,
): Promise<void> {
  await client.delete(`/v1/${kind}/${encodeURIComponent(id)}`);
  output.result({ revoked: id }, () => `Revoked ${id}.`);
}
