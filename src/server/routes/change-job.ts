import { AppError } from '../../domain/errors.ts';
import type { Job } from '../../domain/job.ts';
import type { JobStore } from '../../store/jobs.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

interface JobChange {
  readonly name: keyof Pick<JobStore, 'pause' | 'resume' | 'cancel'>;
  readonly summary: string;
  readonly description: string;
  /** Why nothing was changed; null where the job is as it was asked to be. */
  readonly refusal: (job: Job) => string | null;
}

const changes: readonly JobChange[] = [
  {
    name: 'pause',
    summary: 'Pause a job',
    description:
      'Documents that still wait keep their places, and none is read until the job is resumed; what is published is embedded.',
    refusal: ({ state }) => `No document of the job waits to be read: it is ${state}.`,
  },
  {
    name: 'resume',
    summary: 'Go on with a paused job',
    description: 'Its documents are queued anew.',
    refusal: ({ state }) => `The job is not paused: it is ${state}.`,
  },
  {
    name: 'cancel',
    summary: 'Cancel a job',
    description: 'Documents that still wait are dropped; what is published stays.',
    refusal: ({ state }) => (state === 'cancelled' ? null : `The job is over: it is ${state}.`),
  },
];

export function registerChangeJob(app: App, deps: RouteDeps): void {
  for (const change of changes) registerOne(app, deps, change);
}

function registerOne(app: App, { jobs, onQueued }: RouteDeps, change: JobChange): void {
  const { name, summary, description, refusal } = change;
  const route = defineRoute('write', {
    method: 'post',
    path: `/v1/jobs/{id}/${name}`,
    operationId: `${name}Job`,
    summary,
    description,
    request: { params: idParams },
    responses: { 200: { description: 'The job.', content: { 'application/json': { schema: JobSchema } } } },
  });
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const isChanged = await jobs[name](tenantId, id);
    const job = await jobs.get(tenantId, id);
    if (!job) throw jobNotFound();
    const reason = isChanged ? null : refusal(job);
    if (reason !== null) throw new AppError('CONFLICT', reason);
    if (name === 'resume') onQueued();
    return c.json(job, 200);
  });
}
