import type { Command } from 'commander';
import { backup, describeRestored } from './backup.ts';
import { doctor } from './doctor.ts';
import type { Invocation, WithClient } from './invocation.ts';
import { type ReindexOptions, reindex } from './reindex.ts';

export function addServing(program: Command, invocation: () => Invocation, withClient: WithClient): void {
  program
    .command('serve')
    .description('start the server; prints its address and a sign-in link')
    .action(async () => {
      const { serve } = await import('../main.ts');
      await serve(invocation());
    });
  program
    .command('worker')
    .description('read and embed what servers on the same DATABASE_URL queue; start as many as you want')
    .action(async () => {
      const { work } = await import('../main.ts');
      await work(invocation());
    });
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      const { config, output } = invocation();
      const { migrateDatabase } = await import('../main.ts');
      output.result({ applied: await migrateDatabase(config) }, ({ applied }) =>
        applied.length === 0
          ? 'The database is up to date.'
          : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`,
      );
    });
  program
    .command('backup <file>')
    .description('write all rows and raw files of all tenants into a new file; the server may run')
    .action(async (file: string) => await withClient((context) => backup(context, file)));
  program
    .command('restore <file>')
    .description(
      'put a backup into an empty DATA_DIR or database; also moves an embedded installation to a Postgres server',
    )
    .action(async (file: string) => {
      const { output, ...context } = invocation();
      const { restoreBackup } = await import('../restore-backup.ts');
      output.result(await restoreBackup({ output, ...context }, file), describeRestored);
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
    .action(
      async (options: ReindexOptions) =>
        await withClient(async (context) => await reindex(context, options), { isPatient: true }),
    );
}
