import { z } from '@hono/zod-openapi';
import { NearestDocument } from '../../domain/answer.ts';
import type { Retrieval } from '../../retrieve/retrieve.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf } from '../document-details.ts';
import { explainAbsence } from '../explain-absence.ts';
import { clauseOfRequest } from '../request-filter.ts';
import type { RouteDeps } from '../route-deps.ts';
import { FilterSchema, FoundPassageSchema, text } from '../schemas.ts';

const Body = z
  .strictObject({
    query: text(4000, 1),
    limit: z.int().min(1).max(200).default(10),
    filter: FilterSchema.optional(),
    explain: z.boolean().default(false),
    whyNot: z
      .string()
      .max(100)
      .optional()
      .openapi({ description: 'A document that was expected; says at which step it fell out.' }),
  })
  .openapi('SearchRequest');

const Step = z.object({
  step: z.string(),
  milliseconds: z.number().optional(),
  degradedTo: z.string().optional(),
  cause: z.string().optional(),
});

const Result = z
  .object({
    passages: z.array(FoundPassageSchema).readonly(),
    nearest: z.array(NearestDocument).readonly(),
    steps: z.array(Step).readonly().optional(),
    whyNot: z.object({ step: z.string(), detail: z.string() }).optional(),
  })
  .openapi('SearchResult');

const route = defineRoute('read', {
  method: 'post',
  path: '/v1/search',
  operationId: 'searchPassages',
  summary: 'Search passages, ranked as for answers',
  request: { body: { required: true, content: { 'application/json': { schema: Body } } } },
  responses: {
    200: { description: 'The best passages, best first.', content: { 'application/json': { schema: Result } } },
  },
});

export function registerSearchPassages(app: App, { retrieve, documents, metadataFields }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { query, limit, explain, whyNot, ...body } = c.req.valid('json');
    const principal = principalOf(c);
    const filter = await clauseOfRequest({ metadataFields }, principal, body.filter);
    const { signal } = c.req.raw;
    const retrieval = await retrieve({ queries: [query], principal, filter, limit, tokenBudget: null }, signal);
    const absence =
      whyNot === undefined
        ? {}
        : {
            whyNot: await explainAbsence(
              { retrieve, documents },
              { query, limit, filter, principal, document: documentIdOf(whyNot), retrieval },
              signal,
            ),
          };
    return c.json({ ...describeResult(retrieval, explain), ...absence }, 200);
  });
}

function describeResult({ passages, nearest, timings, degradations }: Retrieval, explain: boolean) {
  if (!explain)
    return {
      passages: passages.map(({ dense: _dense, sparse: _sparse, steps: _steps, ...passage }) => passage),
      nearest,
    };
  const timed = Object.entries(timings).map(([step, milliseconds]) => ({ step, milliseconds }));
  const degraded = degradations.map(({ step, to, cause }) => ({ step, degradedTo: to, cause }));
  return { passages, nearest, steps: [...timed, ...degraded] };
}
