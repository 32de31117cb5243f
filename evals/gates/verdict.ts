import type { GateResult } from '../summary.ts';
import type { Comparison } from './parse-gate.ts';

export type Verdict = Pick<GateResult, 'passed' | 'invalid' | 'detail' | 'cases'>;

export function passedIf(passed: boolean, detail: string): Verdict {
  return { passed, invalid: false, detail, cases: [] };
}

export function invalid(detail: string): Verdict {
  return { passed: false, invalid: true, detail, cases: [] };
}

export function formatFigure(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) >= 100 ? 1 : 4);
}

export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** Whether `value` stands to `limit` as `comparison` says; never for NaN. */
export function holds(value: number, comparison: Comparison, limit: number): boolean {
  switch (comparison) {
    case '>=':
      return value >= limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '<':
      return value < limit;
    case '==':
      return value === limit;
  }
}
