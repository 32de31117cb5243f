import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/jobs/{id}/resume',
  operationId: 'resumeJob',
  summary: 'Go on with a paused job',
  request: { params: idParams },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerResumeJob(app: App, { jobs, onQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const isResumed = await jobs.resume(tenantId, id);
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    if (!isResumed) throw new AppError('CONFLICT', `The job is not paused: it is ${job.state}.`);
    onQueued();
    return c.json(job, 200);
  });
}
