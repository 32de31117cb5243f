import { type Command, Option } from 'commander';
import type { CalibrationOptions } from './calibrate.ts';
import { addCache } from './eval-cache.ts';
import { addReports } from './eval-compare.ts';
import { addEvalDatasets } from './eval-datasets.ts';
import { addJudge } from './eval-judge.ts';
import { addRuns } from './eval-run.ts';
import type { Invocation, SetExitCode, WithClient } from './invocation.ts';
import { parseCount, parseShare } from './option-values.ts';

export interface EvalOptions {
  readonly out?: string;
  readonly limit?: number;
  readonly as?: 'passages' | 'documents';
  readonly count?: number;
  readonly seed?: number;
}
export function addEvals(program: Command, invocation: () => Invocation, setExitCode: SetExitCode): Command {
  const evals = program.command('eval').description('measure retrieval, answers and quote verification');
  const withEval = async (
    name: 'retrieval' | 'answers' | 'quotes' | 'rewriting' | 'groundedness',
    input: EvalOptions & { folder?: string },
  ) => {
    const { runEval } = await import('./eval.ts');
    setExitCode(await runEval(invocation(), name, input));
  };
  for (const [name, description] of [
    ['retrieval', 'nDCG, recall, MRR and abstention over a folder in BEIR format'],
    ['answers', 'asks each question of the folder and scores the answers'],
  ] as const)
    evals
      .command(name)
      .description(description)
      .argument('<folder>')
      .option('--out <file>', 'write the result as JSON')
      .option('--limit <count>', 'only the first questions', parseCount)
      .addOption(
        new Option('--as <unit>', 'what a record of the corpus is')
          .choices(['passages', 'documents'])
          .default('passages'),
      )
      .action(async (folder: string, options: EvalOptions) => await withEval(name, { ...options, folder }));
  evals
    .command('rewriting')
    .description('BLEU-4 and ROUGE-1 of follow-up questions made standalone')
    .argument('<file>', 'conversations in the layout of CANARD, .jsonl or .jsonl.gz')
    .option('--out <file>', 'write the result as JSON')
    .option('--limit <count>', 'only the first questions', parseCount)
    .action(async (file: string, options: EvalOptions) => await withEval('rewriting', { ...options, folder: file }));
  evals
    .command('groundedness')
    .description('AUROC, AUPRC and F1 of "not supported by its context"')
    .argument('<file>', 'labelled answers, .jsonl or .jsonl.gz')
    .option('--out <file>', 'write the result as JSON')
    .option('--limit <count>', 'only the first answers', parseCount)
    .action(async (file: string, options: EvalOptions) => await withEval('groundedness', { ...options, folder: file }));
  evals
    .command('quotes')
    .description('mutation test of the quote verifier')
    .option('--out <file>', 'write the result as JSON')
    .option('--count <count>', 'quotes of each kind', parseCount, 10_000)
    .option('--seed <number>', 'seed of the mutations', parseCount, 1)
    .action(async (options: EvalOptions) => await withEval('quotes', options));
  addRuns(evals, invocation, setExitCode);
  addEvalDatasets(evals, invocation, setExitCode);
  addReports(evals, invocation, setExitCode);
  addJudge(evals, invocation, setExitCode);
  addCache(evals, invocation);
  return evals;
}

export function addCalibration(evals: Command, withClient: WithClient): void {
  evals
    .command('calibrate')
    .description('the refusal threshold of the tenant from a rate of over-refusal')
    .argument('<folder>', 'queries.jsonl with answerable; without a corpus beside it the tenant’s own index is asked')
    .option('--over-refusal <share>', 'answerable questions that may be refused', parseShare, 0.05)
    .option('--limit <count>', 'only the first questions', parseCount)
    .option('--apply', 'use the threshold for this tenant', false)
    .action(
      async (folder: string, options: CalibrationOptions) =>
        await withClient(async (context) => {
          const { calibrate } = await import('./calibrate.ts');
          await calibrate(context, folder, options);
        }),
    );
}
