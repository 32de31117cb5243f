import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { isId, type UserId } from '../../domain/ids.ts';
import { isGrant, type Role, roleScopes, roles, scopes, usualScopes } from '../../domain/principal.ts';
import { administeredTenant, otherTenant } from '../administered-tenant.ts';
import type { App } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import type { RouteDeps } from '../route-deps.ts';
import { KeySchema, text } from '../schemas.ts';

const Body = z
  .strictObject({
    name: text(200, 1),
    role: z.enum(roles).default('reader'),
    scopes: z.array(z.enum(scopes)).min(1).max(scopes.length).optional().openapi({
      description: 'All of the role unless given, without `embeddings`.',
    }),
    grants: z.array(z.string().max(200).refine(isGrant, 'user:NAME or group:NAME')).max(100).default([]),
    userId: z.string().max(100).optional(),
    tenantId: otherTenant,
  })
  .openapi('KeyRequest');

const NewKey = z
  .object({
    ...KeySchema.shape,
    secret: z
      .string()
      .nullable()
      .openapi({ description: 'Shown only here; null when an Idempotency-Key is repeated.' }),
  })
  .openapi('NewKey');

const route = defineRoute('admin', {
  method: 'post',
  path: '/v1/keys',
  operationId: 'createKey',
  summary: 'Make a key',
  request: { headers: idempotencyHeaders, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: { 201: { description: 'The key and its secret.', content: { 'application/json': { schema: NewKey } } } },
});

export function registerCreateKey(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { role, userId, tenantId, scopes: given, ...named } = c.req.valid('json');
    const wanted = given ?? usualScopes[role];
    requireScopesOfRole(role, wanted);
    const tenant = await administeredTenant(c, deps, tenantId);
    const owner = userId === undefined ? null : userIdOf(userId);
    const made = await once<z.output<typeof NewKey>>(c, deps.idempotency, {
      request: { tenant, role, userId, wanted, ...named },
      make: async () => {
        const { key, secret } = await deps.identities.createKey(tenant, {
          ...named,
          role,
          scopes: wanted,
          userId: owner,
        });
        return { ...key, secret };
      },
      // A secret is never stored, so a repetition cannot show it again.
      kept: (key) => ({ ...key, secret: null }),
    });
    return c.json(made, 201);
  });
}

function userIdOf(value: string): UserId {
  if (isId('user', value)) return value;
  throw new AppError('NOT_FOUND', 'There is no such user.');
}

function requireScopesOfRole(role: Role, wanted: readonly string[]): void {
  const allowed: readonly string[] = roleScopes[role];
  const beyond = wanted.filter((scope) => !allowed.includes(scope));
  if (beyond.length > 0)
    throw new AppError('INVALID_REQUEST', `A ${role} has at most the scopes ${allowed.join(', ')}.`, {
      errors: [{ field: 'scopes', expected: allowed.join(', '), received: beyond.join(', ') }],
    });
}
