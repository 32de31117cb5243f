import type { Forecast } from '../suite-target.ts';
import type { VerdictRecord } from './verdict-record.ts';

/** What calls cost, whoever makes them. */
export interface Paid {
  readonly usage: VerdictRecord['usage'];
  /** US dollars; null where no price is known. */
  readonly cost: number | null;
}

export const nothingPaid: Paid = { usage: { inputTokens: 0, outputTokens: 0, calls: 0 }, cost: 0 };

/** Both together; no price is known where one of them has none. */
export function addPaid({ usage, cost }: Paid, other: Paid): Paid {
  return {
    usage: {
      inputTokens: usage.inputTokens + other.usage.inputTokens,
      outputTokens: usage.outputTokens + other.usage.outputTokens,
      calls: usage.calls + other.usage.calls,
    },
    cost: cost === null || other.cost === null ? null : cost + other.cost,
  };
}

/** Pays for the calls of judges, and keeps what came of them. */
export interface JudgeLedger {
  /** Resolves to false when nothing more may be asked. */
  reserve(forecast: Forecast): Promise<boolean>;
  settle(forecast: Forecast, paid: Paid): void;
  note(record: VerdictRecord): Promise<void>;
  /** The reply that was noted under a key before this process began; it was paid for, whatever the cache holds. Null without one. */
  told(key: string): Promise<string | null>;
}

/** Thrown by whoever judges when its ledger allows no more calls: the run ends there, and nothing was judged wrongly. */
export const outOfBudget = new Error('The budget allows no more calls of judges.');

/** Pays for everything and keeps nothing. */
export const freeLedger: JudgeLedger = {
  reserve: async () => true,
  settle: () => {},
  note: async () => {},
  told: async () => null,
};
