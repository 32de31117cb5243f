import { z } from '@hono/zod-openapi';
import { setCookie } from 'hono/cookie';
import { AppError } from '../../domain/errors.ts';
import type { App, AppContext } from '../app-env.ts';
import { sessionCookie } from '../authentication.ts';
import { defineRoute } from '../define-route.ts';
import { messagePage } from '../html-page.ts';
import type { RouteDeps } from '../route-deps.ts';
import { sessionLifetimeSeconds } from '../sign-in-links.ts';

const route = defineRoute('public', {
  method: 'get',
  path: '/sign-in',
  operationId: 'signIn',
  summary: 'Redeem a sign-in link',
  description: 'Works once; sets the session cookie and leads to the page for asking.',
  request: { query: z.object({ token: z.string().max(200).default('') }) },
  responses: { 303: { description: 'Signed in.' } },
});

export function registerSignIn(app: App, { identities, signInLinks }: RouteDeps): void {
  app.openapi(route, async (c) => {
    // Looking ahead at a link must not use it up.
    const isLook = c.req.method === 'HEAD' || /prefetch|prerender/.test(c.req.header('sec-purpose') ?? '');
    if (isLook) return c.body(null, 204);
    if (!signInLinks.redeem(c.req.valid('query').token)) return await refuse(c);
    const tenant = await identities.defaultTenant();
    const { secret } = await identities.createSession(tenant.id, null, 'admin', sessionLifetimeSeconds);
    setCookie(c, sessionCookie, secret, {
      httpOnly: true,
      sameSite: 'Strict',
      secure: c.get('baseUrl').startsWith('https:'),
      path: '/',
      maxAge: sessionLifetimeSeconds,
    });
    return c.redirect(`${new URL(c.get('baseUrl')).pathname.replace(/\/+$/, '')}/`, 303);
  });
}

async function refuse(c: AppContext): Promise<Response> {
  const error = new AppError(
    'SIGN_IN_LINK_USED',
    'This link was used already, is older than a day, or the server was restarted.',
  );
  if (!c.req.header('accept')?.includes('text/html')) throw error;
  c.set('error', error);
  return await messagePage(error.spec.status, {
    title: error.spec.title,
    paragraphs: [error.detail, 'Restart footnote serve for a new link; each works once.'],
  });
}
