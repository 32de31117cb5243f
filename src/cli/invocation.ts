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

export type ClientInvocation = Invocation & { readonly client: Client };

/** Runs `work` against a server: the one that runs, or one of its own for as long as the command takes. */
export type WithClient = (
  work: (context: ClientInvocation) => Promise<unknown>,
  options?: ClientOptions,
) => Promise<void>;

export interface ClientOptions {
  /** The work may last for hours, through a database that restarts: faults are waited out, also while the client is opened. */
  readonly isPatient?: boolean;
}

export type SetExitCode = (code: number) => void;
