import { deleteCookie, getCookie } from 'hono/cookie';
import type { App } from '../app-env.ts';
import { sessionCookie } from '../authentication.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';

const route = defineRoute('public', {
  method: 'post',
  path: '/sign-out',
  operationId: 'signOut',
  summary: 'End the session of the cookie',
  responses: { 204: { description: 'Signed out.' } },
});

export function registerSignOut(app: App, { identities }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const secret = getCookie(c, sessionCookie);
    if (secret !== undefined) await identities.removeSession(secret);
    deleteCookie(c, sessionCookie, { path: '/' });
    return c.body(null, 204);
  });
}
