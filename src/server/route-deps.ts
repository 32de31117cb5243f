import type { AnswerRuns } from './answer-runs.ts';
import type { App } from './app-env.ts';
import type { ServerDeps } from './server-deps.ts';
import type { SignInLinks } from './sign-in-links.ts';

/** What routes may ask for: the ports, and what the application keeps between requests. */
export interface RouteDeps extends ServerDeps {
  readonly runs: AnswerRuns;
  readonly signInLinks: SignInLinks;
  /** Aborted when the server stops; endless streams end then. */
  readonly stopping: AbortSignal;
}

export type RegisterRoute = (app: App, deps: RouteDeps) => void;
