import { z } from '@hono/zod-openapi';
import type { AppError, ErrorCode } from '../../domain/errors.ts';

export const OpenAiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable(),
      code: z.string().nullable(),
    }),
  })
  .openapi('OpenAiError');
export type OpenAiError = z.output<typeof OpenAiError>;

/** What the routes of OpenAI document their errors as. */
export const openAiErrors = { 'application/json': { schema: OpenAiError } };

/** Whether clients of this address expect OpenAI's errors, also where no route is. */
export function speaksOpenAi(path: string): boolean {
  return /^\/v1\/(?:chat|models|embeddings)(?:\/|$)/.test(path);
}

/** Where OpenAI has a name for what we call otherwise; the rest keep theirs, in small letters. */
const openAiCodes: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'invalid_api_key',
  RATE_LIMITED: 'rate_limit_exceeded',
};

const typeOfStatus: Partial<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** The error in OpenAI's envelope; `param` is the first wrong field, and `cause` never becomes part of it. */
export function toOpenAiError({ code, detail, errors, spec }: Pick<AppError, 'code' | 'detail' | 'errors' | 'spec'>) {
  const field = errors[0]?.field;
  return {
    error: {
      message: detail,
      type: typeOfStatus[spec.status] ?? (spec.status >= 500 ? 'server_error' : 'invalid_request_error'),
      param: field ? field.replace(/\.(\d+)(?=\.|$)/g, '[$1]') : null,
      code: openAiCodes[code] ?? code.toLowerCase(),
    },
  } satisfies OpenAiError;
}

/** `x-should-retry` is what OpenAI's clients go by before they look at the status. */
export function openAiErrorResponse(error: AppError): Response {
  const { status, retryable } = error.spec;
  const headers = new Headers({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-should-retry': String(retryable || error.retryAfter !== null),
  });
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="footnote"');
  if (error.retryAfter !== null) headers.set('retry-after', String(Math.ceil(error.retryAfter)));
  return new Response(JSON.stringify(toOpenAiError(error)), { status, headers });
}
