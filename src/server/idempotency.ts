import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import type { IdempotencyStore } from '../store/idempotency.ts';
import { type AppContext, principalOf } from './app-env.ts';

/** The header of routes that make something. */
export const idempotencyHeaders = z.object({
  'idempotency-key': z
    .string()
    .max(255)
    .regex(/^[\x21-\x7e]+$/)
    .optional()
    .openapi({ description: 'A repetition with the same key gets what the first request made; kept for 24 hours.' }),
});

interface OnceOptions<T extends object> {
  /** What makes two requests the same, beside the route and the caller. */
  readonly request: unknown;
  readonly make: () => Promise<T>;
  /** What is kept of the result; leaves secrets out. */
  readonly kept?: (result: T) => T;
}

/**
 * Does the work once for each `Idempotency-Key`; a repetition gets what the first one got. Without the header it just does the work.
 * Throws IDEMPOTENCY_KEY_REUSED for another request with the key, CONFLICT while the first one runs.
 */
export async function once<T extends object>(
  c: AppContext,
  store: IdempotencyStore,
  { request, make, kept = (result) => result }: OnceOptions<T>,
): Promise<T> {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return await make();
  const { tenantId, credential } = principalOf(c);
  const hash = createHash('sha256')
    .update(JSON.stringify([c.req.method, c.req.path, credential, request]))
    .digest('hex');
  const begun = await store.begin(tenantId, key, hash);
  if (begun === 'conflict')
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key came with another request before.');
  if (begun === 'running')
    throw new AppError('CONFLICT', 'The first request with this Idempotency-Key is still running.', { retryAfter: 1 });
  if (begun !== 'new') return asMade<T>(begun.body);
  try {
    const result = await make();
    await store.finish(tenantId, key, kept(result));
    return result;
  } catch (error) {
    await store.release(tenantId, key);
    throw error;
  }
}

/** The hash ties the key to this very route, whose `make` wrote the body. */
function asMade<T extends object>(body: object): T {
  return body as T;
}
