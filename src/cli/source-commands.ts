import { type Command, Option } from 'commander';
import { sourceKinds } from '../domain/source-settings.ts';
import type { WithClient } from './invocation.ts';
import { collectPair, parsePortion, splitList } from './option-values.ts';
import {
  changeSource,
  confirmSource,
  createSource,
  listSourceRuns,
  listSources,
  removeSource,
  runSource,
  type SourceOptions,
  showSource,
  testSource,
  uploadExport,
} from './sources.ts';

export function addSources(program: Command, withClient: WithClient): void {
  const sources = program.command('sources').description('places outside with which documents stay in step');
  sources
    .command('create')
    .description('make a source; footnote sources test NAME tries it')
    .argument('<name>', 'documents carry it as their source')
    .addOption(new Option('--kind <kind>').choices(sourceKinds).makeOptionMandatory())
    .option('--path <path>', 'of a folder or an export, in one that SOURCE_FOLDERS names')
    .option('--url <url>', 'of the page, sitemap, feed, API, repository or bucket')
    .option('--set <name=value>', 'another setting, such as mode=sitemap or maxPages=500; repeatable', collectPair, {})
    .option(
      '--header <name=value>',
      'sent to the host of the source alone, and never shown; repeatable',
      collectPair,
      {},
    )
    .option('--username <name>', 'for a repository, or the id of an access key for a bucket')
    .option('--password <secret>', 'password or token for a repository, or the secret of the access key')
    .option('--acl <entries>', 'who may read, such as group:support,user:ada; default: everyone', splitList, [])
    .option('--tag <key=value>', 'tag every document; repeatable', collectPair, {})
    .option('--schedule <cron>', 'five fields, in UTC, such as "0 * * * *"')
    .option('--removal-limit <share>', 'documents that one run may remove without asking, from 0 to 1', parsePortion)
    .action(
      async (name: string, options: SourceOptions) =>
        await withClient(async (context) => await createSource(context, name, options)),
    );
  sources
    .command('list')
    .description('list them by name, with how far behind each is')
    .option('--limit <count>', 'sources a page', '50')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options) => await withClient(async (context) => await listSources(context, options)));
  const onOne = (command: string, description: string) =>
    sources.command(command).description(description).argument('<name>');
  onOne('show', 'show a source with its last run').action(
    async (name: string) => await withClient(async (context) => await showSource(context, name)),
  );
  onOne('test', 'fetch one document and show how it is read').action(
    async (name: string) => await withClient(async (context) => await testSource(context, name)),
  );
  for (const [command, dryRun, description] of [
    ['run', false, 'look at it now; exits with 1 when something failed or needs a confirmation'],
    ['dry-run', true, 'say what a run would add, change and remove'],
  ] as const)
    onOne(command, description).action(
      async (name: string) =>
        await withClient(async (context) => await runSource(context, name, { dryRun }), { isPatient: true }),
    );
  onOne('confirm', 'agree that documents go which the last run missed').action(
    async (name: string) =>
      await withClient(async (context) => await confirmSource(context, name), { isPatient: true }),
  );
  addSourceChanges(onOne, withClient);
}

function addSourceChanges(onOne: (command: string, description: string) => Command, withClient: WithClient): void {
  onOne('schedule', 'run by a schedule of cron, in UTC, or with "none" only when asked')
    .argument('<cron>')
    .action(async (name: string, cron: string) => {
      const schedule = cron === 'none' ? null : cron;
      await withClient(async (context) => await changeSource(context, name, { schedule }));
    });
  onOne('history', 'list its runs, newest first')
    .option('--limit <count>', 'runs a page', '20')
    .option('--cursor <cursor>', 'the next page')
    .action(
      async (name: string, options) =>
        await withClient(async (context) => await listSourceRuns(context, name, options)),
    );
  for (const change of ['pause', 'resume'] as const)
    onOne(change, change === 'pause' ? 'do not look at it for now' : 'go on').action(
      async (name: string) => await withClient(async (context) => await changeSource(context, name, change)),
    );
  onOne('upload', 'send the export that it reads from now on; for sources without a path')
    .argument('<file>')
    .action(
      async (name: string, file: string) =>
        await withClient(async (context) => await uploadExport(context, name, file)),
    );
  onOne('remove', 'remove the source')
    .addOption(
      new Option('--documents <what>', 'what becomes of its documents')
        .choices(['keep', 'remove'])
        .makeOptionMandatory(),
    )
    .action(
      async (name: string, options) => await withClient(async (context) => await removeSource(context, name, options)),
    );
}
