import { type Command, Option } from 'commander';
import type { Invocation, SetExitCode } from './invocation.ts';
import { parseCount } from './option-values.ts';
import { type ReportFormat, reportFormats } from './report-formats.ts';

export interface CompareOptions {
  readonly force: boolean;
  readonly limit: number;
}

export interface ReportOptions {
  readonly format: ReportFormat;
  readonly out?: string;
  readonly baseline?: string;
  readonly dataset?: string;
}

/** What reads runs that have ended. */
export function addReports(evals: Command, invocation: () => Invocation, setExitCode: SetExitCode): void {
  evals
    .command('compare')
    .description('two runs, case by case: differences with intervals, what got worse, what got better')
    .argument('<before>', 'folder of a run')
    .argument('<after>', 'folder of a later run')
    .option('--force', 'compare runs of different cases by what has the same id', false)
    .option('--limit <count>', 'so many regressions and fixes; JSON has all of them', parseCount, 5)
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { compareCommand } = await import('./eval-reports.ts');
      await compareCommand(invocation(), before, after, options);
    });
  evals
    .command('report')
    .description('a run for people and for machines; exits as the run did')
    .argument('<run>', 'folder of the run')
    .addOption(new Option('--format <format>', 'of the report').choices(reportFormats).default('table'))
    .option('--out <file>', 'write it there')
    .option('--baseline <run>', 'compare with this run; html and markdown')
    .option('--dataset <file>', 'file of the cases, to point to its lines; junit, sarif and github')
    .action(async (run: string, options: ReportOptions) => {
      const { reportCommand } = await import('./eval-reports.ts');
      setExitCode(await reportCommand(invocation(), run, options));
    });
}
