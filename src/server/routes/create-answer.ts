import { z } from '@hono/zod-openapi';
import type { CachePolicy } from '../../chains/answer-question.ts';
import { answerModes } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { FilterClause } from '../../domain/filter.ts';
import { answerEventStream, conversationIdOf, finishedAnswer } from '../answer-events.ts';
import { type App, type AppContext, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { idempotencyHeaders, once } from '../idempotency.ts';
import { clauseOfRequest } from '../request-filter.ts';
import type { RouteDeps } from '../route-deps.ts';
import { AnswerEventSchema, AnswerSchema, FilterSchema, text } from '../schemas.ts';

const Body = z
  .strictObject({
    question: text(4000, 1),
    conversationId: z.string().max(100).optional(),
    filter: FilterSchema.optional(),
    mode: z.enum(answerModes).optional(),
    stream: z.boolean().optional(),
    model: z.string().max(200).optional(),
    locale: z.string().max(35).optional(),
    maxQuotes: z.int().min(1).max(20).default(8),
    expand: z.boolean().default(true).openapi({
      description: 'Whether a question that finds little is searched in other words too; `question-expanded` says so.',
    }),
  })
  .openapi('AnswerRequest');
type Body = z.output<typeof Body>;

const headers = idempotencyHeaders.extend({
  'cache-control': z.string().max(200).optional().openapi({
    description:
      '`no-cache` has the answer computed anew, `no-store` also keeps it from being given to others. Without it an answer to the same question, from unchanged sources, may be given again: `cached` says so.',
  }),
});

const route = defineRoute('read', {
  method: 'post',
  path: '/v1/answers',
  operationId: 'createAnswer',
  summary: 'Ask a question',
  description:
    'With `stream: true` or `Accept: text/event-stream` the events are sent as they happen. A disconnect does not stop the answer; `stop` does.',
  request: { headers, body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    200: {
      description: 'The answer or the refusal, or its events.',
      content: { 'application/json': { schema: AnswerSchema }, 'text/event-stream': { schema: AnswerEventSchema } },
    },
  },
});

export function registerCreateAnswer(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const wantsEvents = body.stream ?? c.req.header('accept')?.includes('text/event-stream') ?? false;
    const filter = await clauseOfRequest(deps, principalOf(c), body.filter);
    const { id } = await once(c, deps.idempotency, {
      request: { ...body, stream: null },
      make: () => start(c, deps, { ...body, filter }),
    });
    if (wantsEvents) return await answerEventStream(c, deps, { id, after: -1 });
    const answer = await finishedAnswer(c, deps, id);
    if (answer.error) throw new AppError(answer.error.code, answer.error.detail, { errors: answer.error.errors });
    return c.json(answer, 200);
  });
}

async function start(c: AppContext, deps: RouteDeps, body: Omit<Body, 'filter'> & { filter: FilterClause | null }) {
  if (body.model !== undefined && body.model !== deps.model)
    throw new AppError('INVALID_REQUEST', `This server answers with ${deps.model}.`, {
      errors: [{ field: 'model', expected: deps.model, received: JSON.stringify(body.model) }],
    });
  const { id } = await deps.runs.start({
    question: body.question,
    conversationId: body.conversationId === undefined ? null : conversationIdOf(body.conversationId),
    filter: body.filter,
    mode: body.mode ?? deps.answerMode,
    locale: body.locale ?? null,
    maxQuotes: body.maxQuotes,
    expand: body.expand,
    cache: cachePolicyOf(c.req.header('cache-control')),
    principal: principalOf(c),
    problem: { requestId: c.get('requestId'), baseUrl: c.get('baseUrl') },
  });
  return { id };
}

/** What the client's Cache-Control asks for. */
export function cachePolicyOf(header = ''): CachePolicy {
  const directives = new Set(header.split(',').map((directive) => directive.trim().toLowerCase()));
  if (directives.has('no-store')) return 'bypass';
  return directives.has('no-cache') || directives.has('max-age=0') ? 'refresh' : 'use';
}
