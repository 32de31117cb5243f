import type { KeptAnswers } from './chains/kept-answers.ts';
import { forgetTexts } from './domain/text-memory.ts';
import type { Stores } from './store/postgres/stores.ts';

interface FreshDeps {
  readonly kept: Pick<KeptAnswers, 'dropStale'>;
  readonly indexRows: Pick<Stores['indexRows'], 'generation'>;
  readonly purges: Pick<Stores['purges'], 'textRemovals'>;
  readonly log: { debug(fields: object, message: string): void };
}

export interface Freshener {
  /** One look, at once. Throws what stands in its way. */
  look(): Promise<void>;
  stop(): void;
}

/** Two looks fit into the minute in which a removed document is gone everywhere. */
const lookMilliseconds = 20_000;

/** What was computed of sources that have changed, and the texts that were removed, leave the memory soon, whichever process changed them. */
export function keepFresh({ kept, indexRows, purges, log }: FreshDeps): Freshener {
  let removals: number | null = null;
  let forgetsAgain = false;

  async function forgetRemoved(): Promise<void> {
    const before = removals;
    removals = await purges.textRemovals();
    const isChanged = removals !== before;
    if (isChanged || forgetsAgain) forgetTexts();
    // An answer that ran meanwhile may have put back what it had read.
    forgetsAgain = isChanged;
  }

  async function look(): Promise<void> {
    await forgetRemoved();
    await kept.dropStale(indexRows.generation);
  }

  const timer = setInterval(() => {
    look().catch((error: unknown) =>
      log.debug({ err: error }, 'what is remembered could not be compared with its sources'),
    );
  }, lookMilliseconds).unref();
  return { look, stop: () => clearInterval(timer) };
}
