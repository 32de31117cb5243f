import { Command, CommanderError, Option } from 'commander';
import { ask } from './cli/ask.ts';
import type { Client } from './cli/client.ts';
import { addCurated, changeCurated, confirmCurated, listCurated, removeCurated, showCurated } from './cli/curated.ts';
import { doctor } from './cli/doctor.ts';
import { listDocuments, removeDocuments, showDocument } from './cli/documents.ts';
import { addCaseMaking } from './cli/eval-cases.ts';
import { addCalibration, addEvals } from './cli/eval-commands.ts';
import { listGlossary, setGlossary } from './cli/glossary.ts';
import {
  createKey,
  createTenant,
  createUser,
  listKeys,
  listTenants,
  listUsers,
  revoke,
  setGroups,
} from './cli/identities.ts';
import { ingest } from './cli/ingest.ts';
import type { Invocation, SetExitCode, WithClient } from './cli/invocation.ts';
import { changeJob, listJobs, showJob, watchJobs } from './cli/jobs.ts';
import { declareMetadata, listMetadata, removeMetadata, typedMetadata } from './cli/metadata.ts';
import { collectPair, collectText, parseCount, parseJson, parseShare, splitList } from './cli/option-values.ts';
import { createOutput } from './cli/output.ts';
import { createProgress } from './cli/progress.ts';
import { fitRanker, resetRanker, showRanker } from './cli/ranker.ts';
import { type ReindexOptions, reindex } from './cli/reindex.ts';
import { replay } from './cli/replay.ts';
import { search } from './cli/search.ts';
import { listAudit, setSettings, showSettings } from './cli/settings.ts';
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
} from './cli/sources.ts';
import { loadConfig } from './config.ts';
import { curatedStates } from './domain/curated-answer.ts';
import { AppError, type ErrorCode } from './domain/errors.ts';
import { fieldTypes } from './domain/filter.ts';
import { sourceKinds } from './domain/source-settings.ts';

/** Runs one command. Resolves to the exit code that API.md lists; never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
  // A reader that has seen enough, such as `head`, closes the pipe.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'EPIPE') throw error;
    });
  let exitCode = 0;
  const program = buildProgram(interrupted.signal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return interrupted.signal.aborted ? 130 : exitCode;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return reportError(AppError.from(error));
  }
}

/** Codes of wrong usage, wrong configuration, and of a suite that could not be run. */
const wrongUse: ReadonlySet<string> = new Set<ErrorCode>([
  'CONFIGURATION_INVALID',
  'INVALID_REQUEST',
  'RECORDING_MISSING',
  'RUN_FOLDER_IN_USE',
  'TARGET_BAD_RESPONSE',
  'TARGET_UNAVAILABLE',
]);

function reportError(error: AppError): number {
  const lines = [`error ${error.code}: ${error.detail}`];
  if (error.code !== 'CONFIGURATION_INVALID')
    for (const { field, expected, received } of error.errors)
      lines.push(`  ${field}: expected ${expected}, got ${received}`);
  lines.push(`  → ${error.spec.remedy}`);
  if (error.code === 'INTERNAL' && error.cause instanceof Error)
    lines.push(`  cause: ${error.cause.stack ?? error.cause.message}`);
  process.stderr.write(`${lines.join('\n')}\n`);
  return wrongUse.has(error.code) ? 2 : 1;
}

function buildProgram(signal: AbortSignal, setExitCode: SetExitCode): Command {
  const program = new Command('footnote')
    .description('Answers questions from your own documents and proves every sentence with a verified quote.')
    .version('0.1.0')
    .option('--json', 'print results as JSON')
    .exitOverride()
    .showHelpAfterError();

  const invocation = (): Invocation => ({
    config: loadConfig(),
    output: createOutput(program.opts<{ json?: boolean }>().json === true),
    progress: createProgress(process.stderr),
    signal,
  });
  /** Opens the way to Footnote for one command, and closes it whatever happens. */
  const withClient = async (work: (context: Invocation & { client: Client }) => Promise<unknown>): Promise<void> => {
    const context = invocation();
    const { openClient } = await import('./main.ts');
    const client = await openClient(context.config);
    try {
      const code = await work({ ...context, client });
      if (typeof code === 'number') setExitCode(code);
    } finally {
      await client.close();
    }
  };

  addServing(program, invocation, withClient);
  addKnowledge(program, withClient);
  addJobs(program, withClient);
  addCuratedAnswers(program, withClient);
  addSources(program, withClient);
  addGlossary(program, withClient);
  addRanker(program, withClient);
  addMetadata(program, withClient);
  addSettings(program, withClient);
  addIdentities(program, withClient);
  const evals = addEvals(program, invocation, setExitCode);
  addCalibration(evals, withClient);
  addCaseMaking(evals, invocation, withClient);
  return program;
}

function addServing(program: Command, invocation: () => Invocation, withClient: WithClient): void {
  program
    .command('serve')
    .description('start the server; prints its address and a sign-in link')
    .action(async () => {
      const { config, output, signal } = invocation();
      const { serve } = await import('./main.ts');
      await serve(config, output, signal);
    });
  program
    .command('worker')
    .description('read and embed what servers on the same DATABASE_URL queue; start as many as you want')
    .action(async () => {
      const { config, output, signal } = invocation();
      const { work } = await import('./main.ts');
      await work(config, output, signal);
    });
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      const { config, output } = invocation();
      const { migrateDatabase } = await import('./main.ts');
      output.result({ applied: await migrateDatabase(config) }, ({ applied }) =>
        applied.length === 0
          ? 'The database is up to date.'
          : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`,
      );
    });
  program
    .command('doctor')
    .description('check configuration, database, index and models')
    .action(async () => await withClient(doctor));
  program
    .command('reindex')
    .description('build the search index from the database, and show that it is complete')
    .option('--embedder <name>', 'fill a second index of this embedder beside the live one')
    .option('--shadow', 'ask both indexes the stored questions and compare', false)
    .option('--switch', 'make the second index the live one', false)
    .option('--back', 'make the previous index the live one again', false)
    .action(async (options: ReindexOptions) => await withClient(async (context) => await reindex(context, options)));
}

function addKnowledge(program: Command, withClient: WithClient): void {
  program
    .command('ingest')
    .description('add files, folders or single web pages')
    .argument('<target...>', 'files, folders or URLs')
    .option('--source <name>', 'name of the source; default: the folder')
    .option('--acl <entries>', 'who may read, such as group:support,user:ada; default: everyone', splitList, [])
    .option('--tag <key=value>', 'tag every document; repeatable', collectPair, {})
    .option('--metadata <name=value>', 'value of a declared field for every document; repeatable', collectPair, {})
    .addOption(
      new Option('--wait <stage>', 'wait until documents are found by words, or by meaning too')
        .choices(['lexical', 'dense'])
        .default('dense'),
    )
    .option('--dry-run', 'only say what would be added, changed and removed', false)
    .option('--prune', 'remove documents whose file is gone', false)
    .action(async (targets: string[], { tag, metadata, ...options }) => {
      await withClient(async ({ config, ...context }) => {
        const given = { ...options, tags: tag, metadata: await typedMetadata(context.client, metadata) };
        return await ingest({ ...context, maxFileBytes: config.maxFileBytes }, targets, given);
      });
    });
  withFilter(program.command('ask'))
    .description('ask a question; exits with 4 when it is refused')
    .argument('<question>')
    .option('--events', 'print the event stream as JSON lines', false)
    .option('--conversation <id>', 'continue this conversation')
    .option('--no-expand', 'search for these words only')
    .addOption(new Option('--mode <mode>', 'what happens to unsupported sentences').choices(['strict', 'lenient']))
    .action(
      async (question: string, options) => await withClient(async (context) => await ask(context, question, options)),
    );
  program
    .command('replay')
    .description(
      'ask again, of the same versions of the sources, and print what differs; exits with 1 when something does',
    )
    .argument('<answer>', 'id of an answer')
    .action(async (id: string) => await withClient(async (context) => await replay(context, id)));
  withFilter(program.command('search'))
    .description('find passages; the ranking that answers use')
    .argument('<query>')
    .option('--limit <count>', 'passages', parseCount, 10)
    .option('--explain', 'show the score of each step, matched terms, best sentence and times', false)
    .option('--why <document>', 'say at which step that document fell out; an id, external id, URI or title')
    .option('--as-grant <entry...>', 'search as a reader with these access-list entries (administrators)')
    .option('--no-expand', 'search for these words only')
    .option('--tokens <count>', 'pack the passages under this token budget, as for an answer', parseCount)
    .action(
      async (query: string, options) => await withClient(async (context) => await search(context, query, options)),
    );

  const documents = program.command('documents').description('list, show and remove documents');
  documents
    .command('list')
    .option('--source <name>')
    .option('--state <state>', 'queued, processing, ready or failed')
    .option('--tag <key=value...>')
    .option('--limit <count>', 'documents a page', '50')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options) => await withClient(async (context) => await listDocuments(context, options)));
  documents
    .command('show')
    .argument('<id>')
    .option('--content', 'print the parsed text that quotes point into', false)
    .option('--chunks', 'print its passages', false)
    .action(
      async (id: string, options) => await withClient(async (context) => await showDocument(context, id, options)),
    );
  documents
    .command('remove')
    .argument('[id...]')
    .option('--source <name>', 'remove all documents of a source')
    .action(
      async (ids: string[], options) =>
        await withClient(async (context) => await removeDocuments(context, ids, options)),
    );
}

function addJobs(program: Command, withClient: WithClient): void {
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

function addCuratedAnswers(program: Command, withClient: WithClient): void {
  const curated = program.command('curated').description('reviewed answers to questions, given word for word');
  const withContent = (command: Command) =>
    command
      .option('--variant <question>', 'another wording of the question; repeatable', collectText, [])
      .option('--answer <markdown>', 'the answer')
      .option('--answer-file <file>', 'the answer, from a file')
      .option('--document <id>', 'a document that proves it; repeatable', collectText, [])
      .option('--valid-until <time>', 'a day or a time from which on it needs review');
  curated
    .command('list')
    .description('list them, newest first')
    .addOption(new Option('--state <state>').choices(curatedStates))
    .option('--limit <count>', 'answers a page', '50')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options) => await withClient(async (context) => await listCurated(context, options)));
  curated
    .command('show')
    .description('show one, and why it needs review')
    .argument('<id>')
    .action(async (id: string) => await withClient(async (context) => await showCurated(context, id)));
  withContent(curated.command('add').description('add one').argument('<question>')).action(
    async (question: string, options) =>
      await withClient(async (context) => await addCurated(context, question, options)),
  );
  withContent(curated.command('change').description('change one; what is left out stays').argument('<id>'))
    .option('--question <question>', 'the question')
    .action(
      async (id: string, options) => await withClient(async (context) => await changeCurated(context, id, options)),
    );
  curated
    .command('confirm')
    .description('say that it still holds, against its sources as they are now')
    .argument('<id>')
    .option('--valid-until <time>', 'a day or a time from which on it needs review; null: none')
    .action(
      async (id: string, options) => await withClient(async (context) => await confirmCurated(context, id, options)),
    );
  curated
    .command('remove')
    .description('remove some')
    .argument('<id...>')
    .action(async (ids: string[]) => await withClient(async (context) => await removeCurated(context, ids)));
}

function addSources(program: Command, withClient: WithClient): void {
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
    .option('--removal-limit <share>', 'documents that one run may remove without asking, from 0 to 1', parseShare)
    .action(
      async (name: string, options: SourceOptions) =>
        await withClient(async (context) => await createSource(context, name, options)),
    );
  sources.command('list').action(async () => await withClient(listSources));
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
      async (name: string) => await withClient(async (context) => await runSource(context, name, { dryRun })),
    );
  onOne('confirm', 'agree that documents go which the last run missed').action(
    async (name: string) => await withClient(async (context) => await confirmSource(context, name)),
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
    .option('--limit <count>', 'runs', '20')
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

function addGlossary(program: Command, withClient: WithClient): void {
  const glossary = program.command('glossary').description('words that mean the same, for questions that find little');
  glossary.command('list').action(async () => await withClient(listGlossary));
  glossary
    .command('set')
    .description('replace it by the lines of a file, such as "PTO: paid time off, annual leave"')
    .argument('<file>')
    .action(async (file: string) => await withClient(async (context) => await setGlossary(context, file)));
}

function addRanker(program: Command, withClient: WithClient): void {
  const ranker = program.command('ranker').description('fit the ranking to the feedback on your answers');
  ranker
    .command('fit')
    .description('fit weights, and use them when they rank held-out questions no worse; exits with 4 when not')
    .option('--check', 'only judge; put nothing into use', false)
    .action(async (options: { check: boolean }) => {
      await withClient(async (context) => await fitRanker(context, options));
    });
  ranker
    .command('show')
    .description('show which weights rank, and the verdict on them')
    .action(async () => await withClient(showRanker));
  ranker
    .command('reset')
    .description('go back to the shipped weights')
    .action(async () => await withClient(resetRanker));
}

/** The options by which a command looks at some documents only. */
function withFilter(command: Command): Command {
  return command
    .option('--filter <json>', 'only documents that match, as in the API', parseJson)
    .option('--source <name>', 'only documents of this source; repeatable', collectText, [])
    .option('--tag <key=value>', 'only documents with this tag; repeatable', collectPair, {});
}

function addMetadata(program: Command, withClient: WithClient): void {
  const metadata = program.command('metadata').description('declare, list and remove fields of documents');
  metadata
    .command('declare')
    .description('let documents hold a value under a name, and filters ask for it')
    .argument('<name>')
    .addOption(new Option('--type <type>').choices(fieldTypes).default('string'))
    .option('--description <text>', 'what it says about a document', '')
    .action(
      async (name: string, options) =>
        await withClient(async (context) => await declareMetadata(context, name, options)),
    );
  metadata
    .command('list')
    .description('list the fields')
    .action(async () => await withClient(listMetadata));
  metadata
    .command('remove')
    .description('remove a field, with its values in all documents')
    .argument('<name>')
    .action(async (name: string) => await withClient(async (context) => await removeMetadata(context, name)));
}

function addSettings(program: Command, withClient: WithClient): void {
  const settings = program.command('settings').description('guards and limits of the tenant, and who changed them');
  settings
    .command('show')
    .description('show the settings')
    .action(async () => await withClient(showSettings));
  settings
    .command('set')
    .description('change settings, such as maskPersonalData=false or models=gpt-4.1-mini,extractive')
    .argument('<name=value...>')
    .action(async (pairs: string[]) => await withClient(async (context) => await setSettings(context, pairs)));
  settings
    .command('log')
    .description('list what was changed, newest first')
    .action(async () => await withClient(listAudit));
}

function addIdentities(program: Command, withClient: WithClient): void {
  const role = () => new Option('--role <role>').choices(['admin', 'reader']).default('reader');
  const keys = program.command('keys').description('create, list and revoke API keys');
  keys
    .command('create')
    .argument('<name>')
    .addOption(role())
    .option('--scope <scope...>', 'read, write, admin, embeddings; default: all that the role has, without embeddings')
    .option('--grant <entry...>', 'access-list entries that the key satisfies, such as group:support')
    .option('--tenant <id>', 'for another tenant')
    .action(
      async (name: string, options) => await withClient(async (context) => await createKey(context, name, options)),
    );
  keys.command('list').action(async () => await withClient(listKeys));

  const tenants = program.command('tenants').description('create, list and revoke tenants');
  tenants
    .command('create')
    .argument('<name>')
    .action(async (name: string) => await withClient(async (context) => await createTenant(context, name)));
  tenants.command('list').action(async () => await withClient(listTenants));

  const users = program.command('users').description('create, list and revoke users');
  users
    .command('create')
    .argument('<name>')
    .addOption(role())
    .option('--group <name...>')
    .action(
      async (name: string, options) => await withClient(async (context) => await createUser(context, name, options)),
    );
  users
    .command('change')
    .description('put a user into these groups, and out of all others')
    .argument('<id>')
    .option('--group <name...>')
    .action(async (id: string, options) => await withClient(async (context) => await setGroups(context, id, options)));
  users.command('list').action(async () => await withClient(listUsers));

  for (const [kind, group] of [
    ['keys', keys],
    ['tenants', tenants],
    ['users', users],
  ] as const)
    group
      .command('revoke')
      .argument('<id>')
      .action(async (id: string) => await withClient(async (context) => await revoke(context, kind, id)));
}
