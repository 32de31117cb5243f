import { setTimeout as sleep } from 'node:timers/promises';
import type { JobId, TenantId } from '../../domain/ids.ts';
import type { Job } from '../../domain/job.ts';
import type { JobStore } from '../../store/jobs.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { type EventFrame, eventStreamResponse } from '../event-stream.ts';
import type { RouteDeps } from '../route-deps.ts';
import { JobSchema } from '../schemas.ts';

/** All jobs are read by one statement, so that none of them waits for another. */
const pollMilliseconds = 500;
const followedMax = 200;

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/jobs/events',
  operationId: 'streamJobsEvents',
  summary: 'Follow all jobs',
  description:
    'One stream for every job of the tenant that runs or is paused, those that begin later too: a `job-progressed` event is a whole job after a change, `job-ended` its last state.',
  responses: {
    200: { description: 'Jobs, each again after a change.', content: { 'text/event-stream': { schema: JobSchema } } },
  },
});

export function registerStreamJobsEvents(app: App, { jobs, stopping, log }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    return eventStreamResponse(c, async function* frames(gone) {
      const signal = AbortSignal.any([gone, stopping]);
      try {
        yield* followJobs(jobs, tenantId, signal);
      } catch (error) {
        log.warn({ err: error, requestId: c.get('requestId') }, 'jobs could not be read; their stream ends');
      }
    });
  });
}

async function* followJobs(
  jobs: Pick<JobStore, 'list' | 'get'>,
  tenant: TenantId,
  signal: AbortSignal,
): AsyncGenerator<readonly EventFrame[]> {
  const sent = new Map<JobId, string>();
  let sequence = 0;
  const frame = (event: string, job: Job): EventFrame => ({ event, id: sequence++, data: job });
  while (!signal.aborted) {
    const open = await readOpen(jobs, tenant);
    const frames = open.flatMap((job) => {
      const state = JSON.stringify(job);
      if (sent.get(job.id) === state) return [];
      sent.set(job.id, state);
      return [frame('job-progressed', job)];
    });
    const ids = new Set(open.map(({ id }) => id));
    for (const id of [...sent.keys()].filter((known) => !ids.has(known))) {
      const job = await jobs.get(tenant, id);
      sent.delete(id);
      if (job) frames.push(frame('job-ended', job));
    }
    if (frames.length > 0) yield frames;
    await sleep(pollMilliseconds, undefined, { signal }).catch(() => {});
  }
}

async function readOpen(jobs: Pick<JobStore, 'list'>, tenant: TenantId): Promise<Job[]> {
  const pages = await Promise.all(
    (['running', 'paused'] as const).map((state) => jobs.list(tenant, { limit: followedMax, cursor: null, state })),
  );
  return pages.flatMap(({ items }) => items);
}
