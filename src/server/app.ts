import { OpenAPIHono } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import { createAnswerNumbers } from './answer-numbers.ts';
import { type AnswerRuns, createAnswerRuns } from './answer-runs.ts';
import type { App, AppContext, AppEnv } from './app-env.ts';
import { createAuthentication } from './authentication.ts';
import { createBrowserGuard, setSecurityHeaders } from './browser-guard.ts';
import { enforcedScope } from './define-route.ts';
import { openAiErrorResponse, speaksOpenAi } from './openai/error-response.ts';
import { problemResponse, rejectInvalid, toAppError } from './problem.ts';
import { createRequestLog } from './request-log.ts';
import { routes } from './routes.ts';
import type { ServerDeps } from './server-deps.ts';
import { createSignInLinks } from './sign-in-links.ts';
import { createUploads } from './uploads.ts';

export interface Application {
  /** Hono application; `app.request()` reaches the routes inside the process. */
  readonly app: App;
  /** The path of a new sign-in link; it works once, within 24 hours. */
  createSignInPath(): string;
  /** From now on not ready: ends running answers and streams with their final event, stores them, takes no new ones. */
  stop(): Promise<void>;
}

/** Builds the application from its parts. Throws when a route declares no scope. */
export function createApp(deps: ServerDeps): Application {
  const stopping = new AbortController();
  const runs: AnswerRuns = createAnswerRuns({ ...deps, onEnded: createAnswerNumbers(deps.telemetry) });
  const signInLinks = createSignInLinks(deps);
  const uploads = createUploads(deps.maxFileBytes);
  const app: App = new OpenAPIHono<AppEnv>({ defaultHook: rejectInvalid });
  app.onError((error, c) => {
    const known = toAppError(error);
    c.set('error', known);
    if (speaksOpenAi(c.req.path)) return openAiErrorResponse(known);
    return problemResponse(known, { requestId: c.get('requestId'), baseUrl: c.get('baseUrl') });
  });
  app.notFound((c) => {
    throw missing(app, c);
  });
  app.use(setSecurityHeaders);
  app.use(createRequestLog(deps));
  app.use(async (c, next) => {
    // Until the guard knows the host, a problem type is a path on whatever address was used.
    c.set('baseUrl', deps.publicUrl?.replace(/\/+$/, '') ?? '');
    c.set('uploads', uploads);
    await next();
  });
  app.use(createBrowserGuard(deps));
  app.use(createAuthentication(deps));
  for (const register of routes) register(app, { ...deps, runs, signInLinks, stopping: stopping.signal });
  requireDeclaredScopes(app);

  return {
    app,
    createSignInPath: signInLinks.createPath,
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await runs.shutdown();
    },
  };
}

/** Every route checks a scope, by construction: an application with one that does not cannot be made. */
function requireDeclaredScopes(app: App): void {
  const checked = new Set<string>();
  const registered = new Set<string>();
  for (const { method, path, handler } of app.routes) {
    if (method === 'ALL') continue;
    registered.add(`${method} ${path}`);
    if (enforcedScope(handler) !== null) checked.add(`${method} ${path}`);
  }
  const unchecked = [...registered].filter((route) => !checked.has(route));
  if (unchecked.length > 0) throw new Error(`Routes without a scope: ${unchecked.join(', ')}`);
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function missing(app: App, c: AppContext): AppError {
  const taken = methods.filter((method) => {
    const [handlers] = app.router.match(method, c.req.path);
    return handlers.some(([[, route]]) => route.method !== 'ALL');
  });
  if (taken.length === 0) return new AppError('NOT_FOUND', 'There is no route of this address.');
  c.header('allow', taken.join(', '));
  return new AppError('METHOD_NOT_ALLOWED', `This address takes ${taken.join(', ')}.`);
}
