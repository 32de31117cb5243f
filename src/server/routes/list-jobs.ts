import { z } from '@hono/zod-openapi';
import { jobStates } from '../../domain/job.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { JobSchema, pageOf, pageQuery } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/jobs',
  operationId: 'listJobs',
  summary: 'List jobs, newest first',
  request: { query: z.strictObject({ ...pageQuery, state: z.enum(jobStates).optional() }) },
  responses: { 200: { description: 'Jobs.', content: { 'application/json': { schema: pageOf(JobSchema) } } } },
});

export function registerListJobs(app: App, { jobs }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { limit, cursor = null, state } = c.req.valid('query');
    const options = { limit, cursor, ...(state === undefined ? {} : { state }) };
    return c.json(await jobs.list(principalOf(c).tenantId, options), 200);
  });
}
