import { createRoute, type RouteConfig, type z } from '@hono/zod-openapi';
import type { Handler, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { Scope } from '../domain/principal.ts';
import { asQuestion, letQuestionsPass } from '../store/questions.ts';
import type { AppEnv } from './app-env.ts';

/** What a caller must hold; `public` routes show nothing of any tenant. */
export type RouteScope = Scope | 'public';

const jsonBytesMax = 1024 * 1024;
/** Room for the other fields of a form and for the escapes of JSON. */
const uploadSlackBytes = 1024 * 1024;
/** Up to this size bodies are taken side by side. */
const smallUploadBytes = 8 * 1024 * 1024;

/** Which handlers check a scope, so that an application with an unchecked route does not start. */
const scopeChecks = new WeakMap<object, RouteScope>();

/** The scope that this handler enforces; null for handlers that enforce none. */
export function enforcedScope(handler: Handler | MiddlewareHandler): RouteScope | null {
  return scopeChecks.get(handler) ?? null;
}

interface RouteOptions {
  readonly takesFiles?: boolean;
  readonly isQuestion?: boolean;
  readonly errors?: ErrorContent;
}

/**
 * A route with the scope that it needs: the check runs before anything of the request is read, then the body's size is held.
 * `takesFiles` raises the size to MAX_FILE_BYTES, and running questions go first; `errors` documents another body of errors than problem details;
 * `isQuestion`: long work lets its statements go first, all of them.
 */
export function defineRoute<P extends string, const R extends Omit<RouteConfig, 'path'> & { path: P }>(
  scope: RouteScope,
  config: R,
  { takesFiles = false, isQuestion = false, errors = problemContent() }: RouteOptions = {},
) {
  const route = createRoute(config);
  const middleware: MiddlewareHandler<AppEnv>[] = [requireScope(scope)];
  if (isQuestion) middleware.unshift(answerFirst);
  if (takesFiles) middleware.push(letOthersAsk);
  if (config.request?.body) middleware.push(takesFiles ? limitUpload : limitJson);
  Object.assign(route.responses, errorResponses(scope, errors));
  const security = scope === 'public' ? [] : [{ bearer: [] }, { session: [] }];
  return Object.assign(route, { middleware, security, 'x-scope': scope });
}

const answerFirst: MiddlewareHandler<AppEnv> = async (_c, next) => await asQuestion(next);

const letOthersAsk: MiddlewareHandler<AppEnv> = async (_c, next) => {
  await letQuestionsPass();
  await next();
};

function requireScope(scope: RouteScope): MiddlewareHandler<AppEnv> {
  const check: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (scope !== 'public') {
      const principal = await c.get('authenticate')();
      if (!principal.scopes.includes(scope))
        throw new AppError(
          'FORBIDDEN',
          `This needs the scope ${scope}; the credential has ${principal.scopes.join(', ') || 'none'}.`,
        );
      c.set('principal', principal);
    }
    await next();
  };
  scopeChecks.set(check, scope);
  return check;
}

const limitJson = bodyLimit({
  maxSize: jsonBytesMax,
  onError: () => {
    throw new AppError('PAYLOAD_TOO_LARGE', `The body has more than ${jsonBytesMax} bytes.`);
  },
});

const limitUpload: MiddlewareHandler<AppEnv> = async (c, next) => {
  const { maxFileBytes, inTurn } = c.get('uploads');
  const limit = bodyLimit({
    maxSize: maxFileBytes + uploadSlackBytes,
    onError: () => {
      throw new AppError('FILE_TOO_LARGE', `The body has more than ${maxFileBytes} bytes.`);
    },
  });
  const length = Number(c.req.header('content-length') ?? Number.POSITIVE_INFINITY);
  if (length <= smallUploadBytes) return await limit(c, next);
  return await inTurn(async () => await limit(c, next));
};

type ErrorContent = Readonly<Record<string, { readonly schema: z.ZodType }>>;

function problemContent(): ErrorContent {
  return { 'application/problem+json': { schema: Problem.clone().openapi('Problem') } };
}

function errorResponses(scope: RouteScope, content: ErrorContent): RouteConfig['responses'] {
  const denied = {
    401: { description: 'A credential is missing or not valid.', content },
    403: { description: 'The credential does not permit this, or the request comes from another site.', content },
  };
  return { ...(scope === 'public' ? {} : denied), default: { description: 'Any other problem.', content } };
}
