import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/jobs/{id}',
  operationId: 'getJob',
  summary: 'Read how far a job is',
  request: { params: idParams },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerGetJob(app: App, { jobs }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const job = await jobs.get(principalOf(c).tenantId, jobIdOf(c.req.valid('param').id));
    if (!job) throw jobNotFound();
    return c.json(job, 200);
  });
}
