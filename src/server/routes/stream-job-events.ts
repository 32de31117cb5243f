import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../domain/job.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { jobIdOf, jobNotFound } from '../document-details.ts';
import { type EventFrame, eventStreamResponse } from '../event-stream.ts';
import type { RouteDeps } from '../route-deps.ts';
import { idParams, JobSchema } from '../schemas.ts';

/** The store is asked this often: another process may be the one that works on the job. */
const pollMilliseconds = 300;

const route = defineRoute('write', {
  method: 'get',
  path: '/v1/jobs/{id}/events',
  operationId: 'streamJobEvents',
  summary: 'Follow a job',
  description: 'Each `job-progressed` event is the whole job; `job-ended` is the last one.',
  request: { params: idParams },
  responses: {
    200: { description: 'The job, again after each change.', content: { 'text/event-stream': { schema: JobSchema } } },
  },
});

export function registerStreamJobEvents(app: App, { jobs, stopping, log }: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { tenantId } = principalOf(c);
    const id = jobIdOf(c.req.valid('param').id);
    const first = await jobs.get(tenantId, id);
    if (!first) throw jobNotFound();
    const read = async () => {
      try {
        return await jobs.get(tenantId, id);
      } catch (error) {
        log.warn({ err: error, requestId: c.get('requestId') }, 'a job could not be read; its stream ends');
        return null;
      }
    };
    return eventStreamResponse(c, (gone) => jobFrames(first, read, AbortSignal.any([gone, stopping])));
  });
}

async function* jobFrames(
  first: Job,
  read: () => Promise<Job | null>,
  signal: AbortSignal,
): AsyncGenerator<readonly EventFrame[]> {
  let sent = '';
  let sequence = 0;
  for (let job: Job | null = first; job && !signal.aborted; job = await read()) {
    const isOver = job.state !== 'running' || job.stage === 'done';
    const state = JSON.stringify(job);
    if (state !== sent || isOver) yield [{ event: isOver ? 'job-ended' : 'job-progressed', id: sequence++, data: job }];
    sent = state;
    if (isOver) return;
    await sleep(pollMilliseconds, undefined, { signal }).catch(() => {});
  }
}
