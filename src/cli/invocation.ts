import type { Config } from '../config.ts';
import type { Client } from './client.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';

/** What every command is given. */
export interface Invocation {
  readonly config: Config;
  readonly output: Output;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Runs `work` against a server: the one that runs, or one of its own for as long as the command takes. */
export type WithClient = (work: (context: Invocation & { client: Client }) => Promise<unknown>) => Promise<void>;

export type SetExitCode = (code: number) => void;
