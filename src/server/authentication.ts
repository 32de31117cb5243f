import type { MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import { AppError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { AppContext, AppEnv } from './app-env.ts';
import type { ServerDeps } from './server-deps.ts';

export const sessionCookie = 'fn_session';

/** One credential, one scheme; a doubled header arrives joined by a comma and does not match. */
const bearerPattern = /^Bearer (fn_[A-Za-z0-9_.-]{16,256})$/i;
const sessionPattern = /^[A-Za-z0-9_.-]{16,256}$/;

/** Gives each request the means to find out who is asking; routes that need a scope use it. */
export function createAuthentication({ identities }: Pick<ServerDeps, 'identities'>): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set('principal', null);
    c.set('authenticate', () => authenticate(c, identities));
    await next();
  };
}

/** A wrong bearer key is never made up for by a cookie. */
async function authenticate(c: AppContext, identities: ServerDeps['identities']): Promise<Principal> {
  const authorization = c.req.header('authorization');
  const session = getCookie(c, sessionCookie);
  let principal: Principal | null = null;
  if (authorization !== undefined) {
    const secret = bearerPattern.exec(authorization)?.[1];
    if (secret) principal = await identities.principalOfKey(secret);
  } else if (session !== undefined && sessionPattern.test(session)) {
    principal = await identities.principalOfSession(session);
  }
  if (principal) return principal;
  const isMissing = authorization === undefined && session === undefined;
  throw new AppError(
    'UNAUTHENTICATED',
    isMissing ? 'The request carries no key and no session.' : 'The key or session is not known, or no longer valid.',
  );
}
