import { writeFile } from 'node:fs/promises';
import { type AnswersReport, evaluateAnswers } from '../../evals/answers.ts';
import { evaluateContext } from '../../evals/context.ts';
import { evaluateGroundedness } from '../../evals/groundedness.ts';
import { evaluateQuotes } from '../../evals/quotes.ts';
import { readQuestionFolder } from '../../evals/readers/beir.ts';
import { readGroundednessFile } from '../../evals/readers/groundedness.ts';
import { readRewritingFile } from '../../evals/readers/rewriting.ts';
import { evaluateRetrieval, fill } from '../../evals/retrieval.ts';
import { evaluateRewriting } from '../../evals/rewriting.ts';
import { loadPrompts } from '../chains/prompts/load-prompts.ts';
import { createChatModels } from '../models/chat/create-chat-model.ts';
import { describeReport } from './describe-report.ts';
import type { EvalOptions } from './eval-commands.ts';
import type { Invocation } from './invocation.ts';
import { openEvalTargets } from './open-eval-targets.ts';
import { createStepProgress } from './progress.ts';
import { readContents, sampleFolder } from './read-contents.ts';

type Suite = 'retrieval' | 'answers' | 'quotes' | 'rewriting' | 'groundedness';

/** Runs a suite and prints its report without the cases, which go to `--out`. Resolves to the exit code: 4 when an invariant is broken. */
export async function runEval(
  context: Invocation,
  name: Suite,
  options: EvalOptions & { folder?: string },
): Promise<number> {
  const started = performance.now();
  const report = await runSuite(context, name, options);
  context.progress.end();
  const timed = { ...report, seconds: Math.round((performance.now() - started) / 100) / 10 };
  if (options.out) await writeFile(options.out, `${JSON.stringify(timed, null, 2)}\n`);
  const { cases: _cases, ...summary } = timed;
  context.output.result(summary, describeReport);
  return isBroken(report) ? 4 : 0;
}

async function runSuite(context: Invocation, name: Suite, options: EvalOptions & { folder?: string }): Promise<Report> {
  const { folder = '.' } = options;
  if (name === 'quotes') return await quotes(context, options);
  if (name === 'rewriting') return await rewriting(context, folder, options);
  if (name === 'groundedness') return await groundedness(context, folder, options);
  if (name === 'answers') return await evaluateFolder(context, folder, options);
  return await retrieval(context, folder, options);
}

type Report = Readonly<Record<string, unknown>> & { readonly cases?: unknown };

/** No fabricated quote, no misplaced one, no altered one let through: whatever else a suite says. */
function isBroken(report: Report): boolean {
  return (
    Number(report.fabricatedQuotes ?? 0) > 0 ||
    Number(report.offsetsRight ?? 1) < 1 ||
    Number(report.letThrough ?? 0) > 0
  );
}

async function retrieval(context: Invocation, folderName: string, options: EvalOptions): Promise<Report> {
  const { signal } = context;
  const folder = await readQuestionFolder(folderName);
  await using stack = new AsyncDisposableStack();
  const openTarget = await openEvalTargets(context.config, folderName, stack);
  const target = await openTarget('evaluation');
  const progress = createStepProgress(context.progress);
  const { limit = null, as = 'passages' } = options;
  if (as === 'documents' && folder.queries.some(({ excerpts }) => excerpts.length > 0))
    return await evaluateContext({ target, baseline: await openTarget('baseline') }, folder, {
      limit,
      signal,
      progress,
    });
  return await evaluateRetrieval(target, folder, { as, limit, signal, progress });
}

/** Asks the questions of a folder of its own corpus, in a throwaway tenant. Throws INVALID_REQUEST naming what of the folder cannot be read. */
export async function evaluateFolder(
  context: Invocation,
  folderName: string,
  { limit, as = 'passages' }: Pick<EvalOptions, 'limit' | 'as'>,
): Promise<AnswersReport> {
  const folder = await readQuestionFolder(folderName);
  await using stack = new AsyncDisposableStack();
  const openTarget = await openEvalTargets(context.config, folderName, stack);
  const target = await openTarget('evaluation');
  const progress = createStepProgress(context.progress);
  await fill(target, folder, as, progress);
  const onProgress = (done: number, total: number) => progress('asking', done, total);
  return await evaluateAnswers(target, folder.queries.slice(0, limit), { signal: context.signal, onProgress });
}

async function quotes({ signal, progress }: Invocation, { count = 10_000, seed = 1 }: EvalOptions): Promise<Report> {
  const step = createStepProgress(progress);
  const contents = await readContents(sampleFolder, signal, (done, total) => step('reading', done, total));
  return { ...evaluateQuotes({ contents, count, seed }) };
}

async function rewriting(
  { config, progress, signal }: Invocation,
  file: string,
  { limit }: EvalOptions,
): Promise<Report> {
  const cases = await readRewritingFile(file);
  const [chat = null] = await createChatModels(config.chat);
  const step = createStepProgress(progress);
  const onProgress = (done: number, total: number) => step('rewriting', done, total);
  const prompt = loadPrompts().condenseQuestion;
  return { ...(await evaluateRewriting({ chat, prompt }, cases.slice(0, limit), { signal, onProgress })) };
}

async function groundedness({ progress, signal }: Invocation, file: string, { limit }: EvalOptions): Promise<Report> {
  const cases = await readGroundednessFile(file);
  const step = createStepProgress(progress);
  const onProgress = (done: number, total: number) => step('scoring', done, total);
  return { ...(await evaluateGroundedness(cases.slice(0, limit), { signal, onProgress })) };
}
