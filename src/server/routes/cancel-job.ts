import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/jobs/{id}/cancel',
  operationId: 'cancelJob',
  summary: 'Cancel a job',
  description: 'Documents that still wait are dropped; what is published stays.',
  request: { params: idParams },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerCancelJob(app: App, { jobs }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const isCancelled = await jobs.cancel(tenantId, id);
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    if (!isCancelled && job.state !== 'cancelled')
      throw new AppError('CONFLICT', `The job is over: it is ${job.state}.`);
    return c.json(job, 200);
  });
}
