import type { Score } from '../metric.ts';

export const ok = (value: number, evidence?: readonly string[]): Score =>
  evidence === undefined ? { status: 'ok', value } : { status: 'ok', value, evidence };

export const na = (reason: string): Score => ({ status: 'na', reason });

/** `value` where it is defined, else `na` for the reason. */
export const okOrNa = (value: number | null, reason: string): Score => (value === null ? na(reason) : ok(value));
