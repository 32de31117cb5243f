import type { Command } from 'commander';
import type { Invocation, WithClient } from './invocation.ts';
import { parseCount } from './option-values.ts';

export interface SynthesisOptions {
  readonly out: string;
  readonly review?: string;
  readonly count: number;
  readonly seed: number;
  readonly withModel: boolean;
  readonly tenantDocuments: boolean;
}

/** `eval synthesize` and `eval case`: cases from documents, and from answers that somebody complained of. */
export function addCaseMaking(evals: Command, invocation: () => Invocation, withClient: WithClient): void {
  evals
    .command('synthesize')
    .description('make cases from documents: by templates, or with a model; also ones that they do not answer')
    .argument('[folder]', 'documents; without it --tenant-documents')
    .requiredOption('--out <file>', 'JSON lines to write')
    .option('--review <file>', 'a table for people to accept or reject each case; import it with eval datasets import')
    .option('--count <count>', 'cases at most', parseCount, 100)
    .option('--seed <number>', 'the same seed gives the same cases', parseCount, 1)
    .option('--with-model', 'let the chat model write questions; those whose quotes do not hold are thrown away', false)
    .option('--tenant-documents', 'of the documents that you may read on the server', false)
    .action(async (folder: string | undefined, options: SynthesisOptions) => {
      const { synthesizeFolder, synthesizeTenant } = await import('./synthesize.ts');
      if (options.tenantDocuments)
        await withClient(async (context) => await synthesizeTenant(context, folder, options));
      else await synthesizeFolder(invocation(), folder, options);
    });
  evals
    .command('case')
    .description('make a case of an answer, with the sources that it was given and what people said of it')
    .argument('<answer>', 'id of an answer')
    .requiredOption('--out <file>', 'JSON lines to add it to')
    .action(
      async (id: string, options: { out: string }) =>
        await withClient(async (context) => {
          const { addAnswerCase } = await import('./answer-case.ts');
          await addAnswerCase(context, id, options);
        }),
    );
}
