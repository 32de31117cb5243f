import { z } from '@hono/zod-openapi';
import { AppError } from '../../domain/errors.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { documentIdOf, jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

const Body = z
  .strictObject({
    documentId: z
      .string()
      .max(100)
      .optional()
      .openapi({ description: 'Only this one; else every document that failed.' }),
  })
  .openapi('RetryRequest');

const route = defineRoute('write', {
  method: 'post',
  path: '/v1/jobs/{id}/retry',
  operationId: 'retryJob',
  summary: 'Queue the failed documents of a job again',
  request: { params: idParams, body: { required: false, content: { 'application/json': { schema: Body } } } },
  responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
});

export function registerRetryJob(app: App, { jobs, onQueued }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const { documentId } = c.req.valid('json') ?? {};
    if (!(await jobs.get(tenantId, id))) throw jobNotFound();
    const document = documentId === undefined ? null : documentIdOf(documentId);
    const queued = await jobs.retry(tenantId, id, document);
    if (queued === 0 && document !== null)
      throw new AppError('CONFLICT', 'The document did not fail in this job, or has a newer version by now.');
    if (queued > 0) onQueued();
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    return c.json(job, 200);
  });
}
