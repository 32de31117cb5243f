import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/jobs/{id}/retry',
  operationId: 'retryJob',
  summary: 'Queue the failed documents of a job again',
  request: { params: idParams },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerRetryJob(app: App, { jobs, onQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    if (!(await jobs.get(tenantId, id))) throw jobNotFound();
    if ((await jobs.retry(tenantId, id)) > 0) onQueued();
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    return c.json(job, 200);
  });
}
