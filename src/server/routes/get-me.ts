import { z } from '@hono/zod-openapi';
import { roles, scopes } from '../../domain/principal.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const Me = z
  .object({
    tenantId: z.string(),
    userId: z.string().nullable(),
    role: z.enum(roles),
    scopes: z.array(z.enum(scopes)).readonly(),
  })
  .openapi('Me');

const route = defineRoute('read', {
  method: 'get',
  path: '/v1/me',
  operationId: 'getMe',
  summary: 'Read what the credential may do',
  responses: { 200: { description: 'The caller.', content: { 'application/json': { schema: Me } } } },
});

export function registerGetMe(app: App, _deps: RouteDeps): void {
  app.openapi(route, (c) => {
    const { tenantId, userId, role, scopes: held } = principalOf(c);
    return c.json({ tenantId, userId, role, scopes: held }, 200);
  });
}
