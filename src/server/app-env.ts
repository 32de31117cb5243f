import type { HttpBindings } from '@hono/node-server';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { Uploads } from './uploads.ts';

/** What the middleware leaves for the handlers. */
export interface AppEnv {
  /** Absent when the application is called inside the process. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Scheme and host of the address that the client used, or the public one; problem types point there. */
    baseUrl: string;
    /** Null on public routes. */
    principal: Principal | null;
    authenticate: () => Promise<Principal>;
    uploads: Uploads;
    /** Set by the error handler, for the log line of the request. */
    error: AppError | null;
  };
}

export type App = OpenAPIHono<AppEnv>;
export type AppContext = Context<AppEnv>;

/** The caller of a route that needs a scope. Throws UNAUTHENTICATED, so that a route without a check stays shut. */
export function principalOf(c: AppContext): Principal {
  const principal = c.get('principal');
  if (!principal) throw new AppError('UNAUTHENTICATED', 'This route needs a credential.');
  return principal;
}
