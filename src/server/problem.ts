import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import type { Problem } from '../domain/answer.ts';
import { AppError, describeValue, type ErrorCode, type FieldError, invalidRequest } from '../domain/errors.ts';
import type { AppContext } from './app-env.ts';

/** Where a problem is reported from. */
export interface ProblemContext {
  readonly requestId: string;
  readonly baseUrl: string;
}

/** RFC 9457 problem details of an error; `cause` never becomes part of it. */
export function toProblem(error: AppError, { requestId, baseUrl }: ProblemContext): Problem {
  return {
    type: `${baseUrl}/docs/errors/${error.code}`,
    title: error.spec.title,
    status: error.spec.status,
    code: error.code,
    detail: error.detail,
    errors: [...error.errors],
    requestId,
  };
}

export function problemResponse(error: AppError, context: ProblemContext): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (error.spec.status === 401) headers.set('www-authenticate', 'Bearer realm="footnote"');
  if (error.retryAfter !== null) headers.set('retry-after', String(Math.ceil(error.retryAfter)));
  return new Response(JSON.stringify(toProblem(error, context)), { status: error.spec.status, headers });
}

const codeOfStatus: Partial<Record<number, readonly [ErrorCode, string]>> = {
  400: ['INVALID_JSON', 'The body could not be read as the type that it is declared to be.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this route takes.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'The Content-Type is missing or is one that this route does not take.'],
};

/** The one mapper from anything thrown to what a client may see. */
export function toAppError(error: unknown): AppError {
  if (error instanceof HTTPException) {
    const known = codeOfStatus[error.status];
    if (known) return new AppError(known[0], known[1], { cause: error });
  }
  return AppError.from(error);
}

/** Turns a failed validation into INVALID_REQUEST with one entry for each wrong field. */
export function rejectInvalid(
  result: { success: true } | { success: false; error: z.ZodError; data?: unknown; target?: string },
  _c: AppContext,
): void {
  if (result.success) return;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, result.data));
  throw invalidRequest(errors, result.target === 'query' ? 'query' : 'body');
}

function fieldErrors(issue: z.core.$ZodIssue, input: unknown): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      expected: 'no field of this name',
      received: describeValue(valueAt(input, [...issue.path, key])),
    }));
  return [
    {
      field: path.join('.'),
      expected: expectation(issue),
      received: describeValue(valueAt(input, issue.path)),
    },
  ];
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'object' ? 'an object' : `a value of type ${issue.expected}`;
    case 'too_small':
      return `at least ${counted(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `at most ${counted(issue.maximum, issue.origin)}`;
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `text that matches ${issue.pattern}` : `a valid ${issue.format}`;
    case 'custom':
      return issue.message;
    case 'invalid_union':
      return issue.message === 'Invalid input' ? 'a value of the documented shape' : issue.message;
    default:
      return 'a value of the documented shape';
  }
}

function counted(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? ['character', 'characters'] : origin === 'array' ? ['entry', 'entries'] : null;
  return unit === null ? String(count) : `${count} ${Number(count) === 1 ? unit[0] : unit[1]}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
