import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CacheMode, cacheModes } from '../../evals/engine/kept-results.ts';
import type { Invocation, SetExitCode } from './invocation.ts';
import { collectText, parseCount } from './option-values.ts';
import { parseReportFile } from './report-formats.ts';

export interface RunSuiteOptions {
  readonly out?: string;
  readonly resume?: string;
  readonly retry?: 'errors';
  readonly cache: CacheMode;
  readonly repeat?: number;
  readonly seed?: number;
  readonly sample?: number;
  readonly limit?: number;
  readonly filter: readonly string[];
  readonly shard?: { readonly index: number; readonly count: number };
  readonly failedFrom?: string;
  readonly concurrency?: number;
  readonly maxCost?: number;
  readonly budgetTokens?: number;
  readonly gate: readonly string[];
  readonly baseline?: string;
  readonly report: readonly string[];
  readonly dryRun: boolean;
}

export interface RescoreRunOptions {
  readonly metric: readonly string[];
  readonly suite?: string;
  readonly baseline?: string;
  readonly calibration?: string;
}

export function addRuns(evals: Command, invocation: () => Invocation, setExitCode: SetExitCode): void {
  evals
    .command('run')
    .description('ask the cases of a suite, score the answers, judge the gates; exits with 4 when a gate fails')
    .argument('<suite>', 'a suite in YAML, or the name of a shipped one')
    .option('--out <folder>', 'folder of the run; default: one below DATA_DIR/evals')
    .option('--resume <run>', 'go on with the run of this folder')
    .addOption(new Option('--retry <what>', 'with --resume: ask what was an error again').choices(['errors']))
    .addOption(
      new Option('--cache <mode>', 'answers of earlier runs: take and leave, only take, neither, or only recordings')
        .choices(cacheModes)
        .default('rw'),
    )
    .option('--repeat <count>', 'ask each case so often', parseCount)
    .option('--seed <number>', 'of samples and intervals', parseSeed)
    .option('--sample <count>', 'so many cases, drawn by the seed', parseCount)
    .option('--limit <count>', 'only the first cases', parseCount)
    .option('--filter <name=value>', 'cases with tag=a,b, split=x or id=x; repeatable, all must hold', collectText, [])
    .option('--shard <part>', 'one part of the cases, such as 2/4', parseShard)
    .option('--failed-from <run>', 'only the cases that failed in that run')
    .option('--concurrency <count>', 'questions at once', parseCount)
    .option('--max-cost <dollars>', 'stop before more is spent; exits with 3', parseAmount)
    .option('--budget-tokens <count>', 'stop before more tokens are used; exits with 3', parseCount)
    .option('--gate <condition>', 'one more gate, such as "recall@10 >= 0.9"; repeatable', collectText, [])
    .option('--baseline <run>', 'the run that gates compare with')
    .option(
      '--report <file>',
      'write a report as .html, .xml, .md, .sarif, .jsonl or .txt; repeatable',
      parseReportFile,
      [],
    )
    .option('--dry-run', 'only print calls, tokens and cost, and the hash of the plan', false)
    .action(async (suite: string, options: RunSuiteOptions) => {
      // A run that does not come to its end is no run, whatever was thrown.
      setExitCode(2);
      const { runSuiteCommand } = await import('./run-suite-command.ts');
      setExitCode(await runSuiteCommand(invocation(), suite, options));
    });
  evals
    .command('rescore')
    .description('compute the cells of a run again, without asking')
    .argument('<run>', 'folder of the run')
    .option('--metric <name>', 'other metrics than those of the run; repeatable', collectText, [])
    .option('--suite <suite>', 'let the judge of this suite judge; default: EVAL_JUDGE_MODEL')
    .option('--baseline <run>', 'the run that gates compare with')
    .option('--calibration <file>', 'how well the judge of judged metrics agrees with people')
    .action(async (run: string, options: RescoreRunOptions) => {
      setExitCode(2);
      const { rescoreCommand } = await import('./run-suite-command.ts');
      setExitCode(await rescoreCommand(invocation(), run, options));
    });
  evals
    .command('baseline')
    .description('compare the committed baseline of a suite with a run of it')
    .argument('<suite>', 'a suite in YAML, or the name of a shipped one')
    .option('--run <run>', 'a run of it; default: run it now')
    .option('--write', 'make that run the baseline', false)
    .action(async (suite: string, options: { run?: string; write: boolean }) => {
      const { baselineCommand } = await import('./baseline-command.ts');
      setExitCode(await baselineCommand(invocation(), suite, options));
    });
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 4_294_967_295)
    throw new InvalidArgumentError('Expected a whole number from 0 to 4294967295.');
  return seed;
}

function parseAmount(text: string): number {
  const amount = Number(text);
  if (!(amount >= 0) || text.trim() === '') throw new InvalidArgumentError('Expected a number, 0 or more.');
  return amount;
}

function parseShard(text: string): { index: number; count: number } {
  const [, index = 0, count = 0] = (/^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > count) throw new InvalidArgumentError('Expected a part such as 2/4.');
  return { index, count };
}
