import type { MetricSummary } from '../summary.ts';

/** A figure with its unit, for people; `–` for none. */
export function formatValue(value: number | null, unit: MetricSummary['unit']): string {
  if (value === null) return '–';
  switch (unit) {
    case 'share':
      return value.toFixed(3);
    case 'milliseconds':
      return Math.abs(value) >= 1_000
        ? `${Number((value / 1_000).toFixed(2))} s`
        : `${Number(value.toPrecision(3))} ms`;
    case 'dollars':
      return `${value < 0 ? '-' : ''}$${Math.abs(Number(value.toPrecision(3)))}`;
    default:
      return String(Number(value.toFixed(Math.abs(value) >= 100 ? 0 : 2)));
  }
}
