import type { Job } from '../domain/job.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';
import { describeCost } from './preview-embedding.ts';
import { formatDuration } from './progress.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
  readonly signal: AbortSignal;
}

export async function listJobs(
  { client, output }: Context,
  options: { readonly state?: string; readonly limit: string; readonly cursor?: string },
): Promise<void> {
  const query = new URLSearchParams({ ...options });
  const page = await client.get<Page<Job>>(`/v1/jobs?${query}`);
  output.result(page, ({ items, nextCursor }) => {
    if (items.length === 0)
      return options.state === undefined && options.cursor === undefined
        ? 'No jobs. Add documents with: footnote ingest <file, folder or URL>'
        : 'No job is like that. All are listed by: footnote jobs list';
    const rows = items.map((job) => [job.id, job.state, countsOf(job), outlookOf(job), job.createdAt]);
    const more = nextPage('jobs list', options, nextCursor);
    return formatTable(['id', 'state', 'documents', 'outlook', 'begun'], rows) + more;
  });
}

export async function showJob({ client, output }: Context, id: string): Promise<void> {
  output.result(await client.get<Job>(`/v1/jobs/${encodeURIComponent(id)}`), describeJob);
}

/** Prints every change of every job, until it is interrupted. */
export async function watchJobs({ client, output, signal }: Context): Promise<void> {
  for await (const job of client.follow<Job>('/v1/jobs/events', signal))
    output.result(job, (value) => `${value.id}  ${value.state}  ${countsOf(value)}  ${outlookOf(value)}`);
}

export async function changeJob(
  { client, output }: Context,
  change: 'pause' | 'resume' | 'cancel' | 'retry',
  id: string,
  document?: string,
): Promise<void> {
  const body = document === undefined ? {} : { documentId: document };
  output.result(await client.post<Job>(`/v1/jobs/${encodeURIComponent(id)}/${change}`, body), describeJob);
}

function describeJob(job: Job): string {
  const failures = job.failures.map(
    ({ documentId, externalId, code, detail }) => `  failed  ${externalId} (${documentId}): ${code}: ${detail}`,
  );
  const more = job.failed > job.failures.length ? [`  and ${job.failed - job.failures.length} more`] : [];
  return [`${job.id} is ${job.state}: ${countsOf(job)}`, spendOf(job), outlookOf(job), ...failures, ...more]
    .filter((line) => line !== '')
    .join('\n');
}

function countsOf({ done, failed, total, passages, passagesEmbedded }: Job): string {
  const vectors = passagesEmbedded < passages ? `, ${passagesEmbedded} of ${passages} passages have vectors` : '';
  return `${done + failed} of ${total} read${failed > 0 ? `, ${failed} failed` : ''}${vectors}`;
}

function spendOf({ tokensEmbedded, embeddingCost }: Job): string {
  if (!tokensEmbedded) return '';
  return `about ${tokensEmbedded} tokens embedded so far: ${describeCost(embeddingCost)}`;
}

function outlookOf(job: Job): string {
  const left = job.etaSeconds === null || job.waitingFor ? [] : [`${formatDuration(job.etaSeconds)} left`];
  return [hindranceOf(job) ?? [], left].flat().join(', ');
}

/** What stands between a job and its next document; null when nothing does. */
export function hindranceOf({ id, state, waitingFor, queuePosition }: Job): string | null {
  if (state === 'paused') return `paused: footnote jobs resume ${id}`;
  if (waitingFor) return `waits: ${waitingFor.code}: ${waitingFor.detail}`;
  return queuePosition > 0 ? `${queuePosition} documents before it` : null;
}
