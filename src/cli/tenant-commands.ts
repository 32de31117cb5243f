import { type Command, Option } from 'commander';
import { fieldTypes } from '../domain/filter.ts';
import { listGlossary, setGlossary } from './glossary.ts';
import type { WithClient } from './invocation.ts';
import { declareMetadata, listMetadata, removeMetadata } from './metadata.ts';
import { fitRanker, resetRanker, showRanker } from './ranker.ts';
import { type AuditOptions, listAudit, setSettings, showSettings } from './settings.ts';

export function addGlossary(program: Command, withClient: WithClient): void {
  const glossary = program.command('glossary').description('words that mean the same, for questions that find little');
  glossary.command('list').action(async () => await withClient(listGlossary));
  glossary
    .command('set')
    .description('replace it by the lines of a file, such as "PTO: paid time off, annual leave"')
    .argument('<file>')
    .action(async (file: string) => await withClient(async (context) => await setGlossary(context, file)));
}

export function addRanker(program: Command, withClient: WithClient): void {
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

export function addMetadata(program: Command, withClient: WithClient): void {
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

export function addSettings(program: Command, withClient: WithClient): void {
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
    .description('list what was changed or purged, newest first')
    .option('--action <action>', 'only entries of this kind, such as document.purged')
    .option('--document <id>', 'only entries about this document, such as the receipt of its removal')
    .option('--limit <count>', 'entries a page', '50')
    .option('--cursor <cursor>', 'the next page')
    .action(async (options: AuditOptions) => await withClient(async (context) => await listAudit(context, options)));
}
