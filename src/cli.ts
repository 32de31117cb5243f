import { Command, CommanderError } from 'commander';
import { addAsking } from './cli/asking-commands.ts';
import { addCuratedAnswers } from './cli/curated-commands.ts';
import { addDocuments } from './cli/document-commands.ts';
import { addCaseMaking } from './cli/eval-cases.ts';
import { addCalibration, addEvals } from './cli/eval-commands.ts';
import { addIdentities } from './cli/identity-commands.ts';
import type { Invocation, SetExitCode, WithClient } from './cli/invocation.ts';
import { addJobs } from './cli/job-commands.ts';
import { createOutput } from './cli/output.ts';
import { createProgress } from './cli/progress.ts';
import { addServing } from './cli/serving-commands.ts';
import { addSources } from './cli/source-commands.ts';
import { addGlossary, addMetadata, addRanker, addSettings } from './cli/tenant-commands.ts';
import { openPatiently } from './cli/wait-out-faults.ts';
import { loadConfig } from './config.ts';
import { AppError, type ErrorCode } from './domain/errors.ts';

/** Runs one command. Resolves to the exit code that API.md lists; never throws. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('interrupted')));
  process.once('SIGTERM', () => interrupted.abort(new Error('interrupted')));
  // A reader that has seen enough, such as `head`, closes the pipe.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: Error & { code?: string }) => {
      if (error.code !== 'EPIPE') throw error;
    });
  let exitCode = 0;
  const program = buildProgram(interrupted.signal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return interrupted.signal.aborted ? 130 : exitCode;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const code = reportError(AppError.from(error));
    return exitCode === 0 ? code : exitCode;
  }
}

/** Codes of wrong usage, wrong configuration, and of a suite that could not be run. */
const wrongUse: ReadonlySet<string> = new Set<ErrorCode>([
  'CONFIGURATION_INVALID',
  'INVALID_REQUEST',
  'RECORDING_MISSING',
  'RUN_FOLDER_IN_USE',
  'TARGET_BAD_RESPONSE',
  'TARGET_UNAVAILABLE',
]);

function reportError(error: AppError): number {
  const lines = [`error ${error.code}: ${error.detail}`];
  if (error.code !== 'CONFIGURATION_INVALID')
    for (const { field, expected, received } of error.errors)
      lines.push(`  ${field}: expected ${expected}, got ${received}`);
  lines.push(`  → ${error.spec.remedy}`);
  if (error.code === 'INTERNAL' && error.cause instanceof Error)
    lines.push(`  cause: ${error.cause.stack ?? error.cause.message}`);
  process.stderr.write(`${lines.join('\n')}\n`);
  return wrongUse.has(error.code) ? 2 : 1;
}

function buildProgram(signal: AbortSignal, setExitCode: SetExitCode): Command {
  const program = new Command('footnote')
    .description('Answers questions from your own documents and proves every sentence with a verified quote.')
    .version('0.1.0')
    .option('--json', 'print results as JSON')
    .exitOverride()
    .showHelpAfterError();

  const invocation = (): Invocation => ({
    config: loadConfig(),
    output: createOutput(program.opts<{ json?: boolean }>().json === true),
    progress: createProgress(process.stderr),
    signal,
  });
  /** Opens the way to Footnote for one command, and closes it whatever happens. */
  const withClient: WithClient = async (work, { isPatient = false } = {}) => {
    const context = invocation();
    const { openClient } = await import('./open-client.ts');
    const open = () => openClient(context.config);
    const client = await (isPatient ? openPatiently(open, context) : open());
    try {
      const code = await work({ ...context, client });
      if (typeof code === 'number') setExitCode(code);
    } finally {
      await client.close();
    }
  };

  addServing(program, invocation, withClient);
  addDocuments(program, withClient);
  addAsking(program, withClient);
  addJobs(program, withClient);
  addCuratedAnswers(program, withClient);
  addSources(program, withClient);
  addGlossary(program, withClient);
  addRanker(program, withClient);
  addMetadata(program, withClient);
  addSettings(program, withClient);
  addIdentities(program, withClient);
  const evals = addEvals(program, invocation, setExitCode);
  addCalibration(evals, withClient);
  addCaseMaking(evals, invocation, withClient);
  return program;
}
