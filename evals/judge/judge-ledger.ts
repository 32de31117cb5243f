import type { Forecast } from '../suite-target.ts';
import type { VerdictRecord } from './verdict-record.ts';

/** What calls cost, whoever makes them. */
export interface Paid {
  readonly usage: VerdictRecord['usage'];
  /** US dollars; null where no price is known. */
  readonly cost: number | null;
}

/** Pays for the calls of judges, and keeps what came of them. */
export interface JudgeLedger {
  /** Resolves to false when nothing more may be asked. */
  reserve(forecast: Forecast): Promise<boolean>;
  settle(forecast: Forecast, paid: Paid): void;
  note(record: VerdictRecord): Promise<void>;
}

/** Thrown by whoever judges when its ledger allows no more calls: the run ends there, and nothing was judged wrongly. */
export const outOfBudget = new Error('The budget allows no more calls of judges.');

/** Pays for everything and keeps nothing. */
export const freeLedger: JudgeLedger = { reserve: async () => true, settle: () => {}, note: async () => {} };
