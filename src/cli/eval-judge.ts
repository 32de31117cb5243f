import { type Command, Option } from 'commander';
import type { Invocation, SetExitCode } from './invocation.ts';
import type { CalibrateJudgeOptions, CorrectOptions, PerturbOptions } from './judge.ts';
import { parseCount } from './option-values.ts';

const judgeOption = () =>
  new Option('--judge <kind>', 'the chat model of EVAL_JUDGE_MODEL, or the built-in scorer')
    .choices(['model', 'lexical'])
    .default('model');

const suiteOption = () => new Option('--suite <suite>', 'in place of EVAL_JUDGE_MODEL: the judge of this suite');

/** `eval judge`: how far a judge of answers may be trusted. */
export function addJudge(evals: Command, invocation: () => Invocation, setExitCode: SetExitCode): void {
  const judge = evals.command('judge').description('how far a judge of answers may be trusted');
  const commands = () => import('./judge.ts');
  judge
    .command('calibrate')
    .description('compare a judge with labels of people, and choose its threshold')
    .argument('<labels>', 'labelled answers, .jsonl or .jsonl.gz')
    .addOption(judgeOption())
    .addOption(suiteOption())
    .option('--out <file>', 'write the calibration, with each verdict')
    .option('--limit <count>', 'only the first answers', parseCount)
    .option('--seed <number>', 'seed of the halves', parseCount, 1)
    .action(async (labels: string, options: CalibrateJudgeOptions) => {
      setExitCode(await (await commands()).calibrate(invocation(), labels, options));
    });
  judge
    .command('diff')
    .description('where two judges call the same labelled answers differently')
    .argument('<first>', 'a calibration, as `calibrate --out` writes it')
    .argument('<second>', 'another on the same labels')
    .option('--limit <count>', 'list so many', parseCount, 20)
    .action(async (first: string, second: string, options: { readonly limit: number }) => {
      await (await commands()).diff(invocation(), first, second, options);
    });
  judge
    .command('perturb')
    .description('how many answers with known faults a judge catches; needs no labels')
    .argument('[folder]', 'documents to make them of; the sample unless given')
    .addOption(judgeOption())
    .addOption(suiteOption())
    .option('--count <count>', 'answers of each kind', parseCount, 100)
    .option('--seed <number>', 'seed of the answers', parseCount, 1)
    .option('--calibration <file>', 'use its threshold')
    .option('--out <file>', 'write the result with each verdict')
    .option('--labels <file>', 'only write the answers, labelled, for `calibrate`')
    .action(async (folder: string | undefined, options: PerturbOptions) => {
      setExitCode(await (await commands()).perturb(invocation(), folder, options));
    });
  judge
    .command('correct')
    .description('the rate of unsupported answers of a run, corrected for the errors of its judge')
    .argument('<run>', 'folder of the run')
    .requiredOption('--calibration <file>', 'of the judge that scored the run')
    .option('--metric <name>', 'the metric of the judge', 'judgeGroundedness')
    .action(async (run: string, options: CorrectOptions) => {
      await (await commands()).correct(invocation(), run, options);
    });
}
