import type { Command } from 'commander';
import type { WithClient } from './invocation.ts';
import { changeJob, listJobs, showJob, watchJobs } from './jobs.ts';

export function addJobs(program: Command, withClient: WithClient): void {
  const jobs = program.command('jobs').description('follow and steer what is being ingested');
  jobs
    .command('list')
    .description('list jobs, newest first')
    .option('--state <state>', 'running, paused, finished, failed or cancelled')
    .option('--limit <count>', 'jobs a page', '20')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options) => await withClient(async (context) => await listJobs(context, options)));
  jobs
    .command('show')
    .description('show a job and the documents that failed')
    .argument('<id>')
    .action(async (id: string) => await withClient(async (context) => await showJob(context, id)));
  jobs
    .command('watch')
    .description('print every change of every job, until it is interrupted')
    .action(async () => await withClient(watchJobs));
  for (const [change, description] of [
    ['pause', 'read no further document of a job for now'],
    ['resume', 'go on with a paused job'],
    ['cancel', 'drop the documents of a job that still wait'],
  ] as const)
    jobs
      .command(change)
      .description(description)
      .argument('<id>')
      .action(async (id: string) => await withClient(async (context) => await changeJob(context, change, id)));
  jobs
    .command('retry')
    .description('read the failed documents of a job again')
    .argument('<id>')
    .option('--document <id>', 'only this one')
    .action(
      async (id: string, { document }: { document?: string }) =>
        await withClient(async (context) => await changeJob(context, 'retry', id, document)),
    );
}
