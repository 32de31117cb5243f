import { type Command, Option } from 'commander';
import { type CaseFormat, caseFormats } from '../../evals/readers/formats.ts';
import type { Invocation, SetExitCode } from './invocation.ts';

export interface DatasetCommandOptions {
  readonly format?: CaseFormat;
  readonly map?: string;
  readonly corpus?: string;
}

export interface ImportCommandOptions extends Omit<DatasetCommandOptions, 'corpus'> {
  readonly out: string;
}

/** `eval datasets import|lint|stats`. */
export function addEvalDatasets(evals: Command, invocation: () => Invocation, setExitCode: SetExitCode): void {
  const datasets = evals.command('datasets').description('bring cases into the native format, check and count them');
  const onCases = (name: string, description: string) =>
    datasets
      .command(name)
      .description(description)
      .argument('<path>', 'a file or a folder of cases')
      .addOption(new Option('--format <format>', 'what it is; default: told by its content').choices(caseFormats))
      .option('--map <fields>', 'where a table holds the fields, such as question=query,answers=gold[*]');
  onCases('import', 'write cases of another format as native ones; nothing is written when a record cannot be read')
    .requiredOption('--out <file>', 'JSON lines to write')
    .action(async (path: string, options: ImportCommandOptions) => {
      const { importDataset } = await import('./datasets.ts');
      setExitCode(await importDataset(invocation(), path, options));
    });
  const corpus = ['--corpus <path>', 'folder or file that the cases ask of; default: what lies beside them'] as const;
  onCases('lint', 'list what is wrong with cases, each with file and line; exits with 1 when figures would be wrong')
    .option(...corpus)
    .action(async (path: string, options: DatasetCommandOptions) => {
      const { lint } = await import('./datasets.ts');
      setExitCode(await lint(invocation(), path, options));
    });
  onCases('stats', 'count cases, classes, tags, clusters and lengths, and print the hash that runs keep')
    .option(...corpus)
    .action(async (path: string, options: DatasetCommandOptions) => {
      const { stats } = await import('./datasets.ts');
      await stats(invocation(), path, options);
    });
}
