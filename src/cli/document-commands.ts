import { type Command, Option } from 'commander';
import { listDocuments, removeDocuments, showDocument } from './documents.ts';
import { ingest } from './ingest.ts';
import type { WithClient } from './invocation.ts';
import { typedMetadata } from './metadata.ts';
import { collectPair, splitList } from './option-values.ts';

export function addDocuments(program: Command, withClient: WithClient): void {
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
      await withClient(
        async ({ config, ...context }) => {
          const given = { ...options, tags: tag, metadata: await typedMetadata(context.client, metadata) };
          return await ingest({ ...context, maxFileBytes: config.maxFileBytes }, targets, given);
        },
        { isPatient: true },
      );
    });

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
    .argument('<document>', 'its id or the beginning of it, its external id, address or title')
    .option('--content', 'print the parsed text that quotes point into', false)
    .option('--chunks', 'print its passages', false)
    .option('--duplicates', 'list the documents that say the same, and which of them is canonical', false)
    .action(
      async (reference: string, options) =>
        await withClient(async (context) => await showDocument(context, reference, options)),
    );
  documents
    .command('remove')
    .argument('[document...]', 'by id or the beginning of it, external id, address or title')
    .option('--source <name>', 'remove all documents of a source')
    .action(
      async (references: string[], options) =>
        await withClient(async (context) => await removeDocuments(context, references, options)),
    );
}
