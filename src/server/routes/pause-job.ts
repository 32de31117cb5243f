import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/jobs/{id}/pause',
  operationId: 'pauseJob',
  summary: 'Pause a job',
  description:
    'Documents that still wait keep their places, and none is read until the job is resumed; what is published is embedded.',
  request: { params: idParams },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerPauseJob(app: App, { jobs }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const isPaused = await jobs.pause(tenantId, id);
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    if (!isPaused) throw new AppError('CONFLICT', `No document of the job waits to be read: it is ${job.state}.`);
    return c.json(job, 200);
  });
}
