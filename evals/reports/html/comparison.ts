import type { ChangedCase } from '../../compare/changed-cases.ts';
import type { RunComparison } from '../../compare/compare-runs.ts';
import { formatValue } from '../format-value.ts';
import { html, type Markup } from './markup.ts';

const mostCases = 5;

/** Differences to the baseline with their intervals, and the cases that changed most, each a link to its view. */
export function comparisonTable({ metrics, worse, better, regressions, fixes, pairs, before }: RunComparison): Markup {
  return html`<p class="hint">Run ${before.id.slice(0, 12)} is the baseline; ${pairs} cases are in both. p is corrected for the number of metrics (Holm); what is below “detectable” would mostly not be found.</p><div class="wide" tabindex="0" role="group" aria-label="Differences"><table><thead><tr><th scope="col">Metric</th><th scope="col">Baseline</th><th scope="col">Now</th><th scope="col">Difference</th><th scope="col">95 % interval</th><th scope="col">p</th><th scope="col">Detectable</th><th scope="col">Shown</th></tr></thead><tbody>${metrics.map(
    (row) =>
      html`<tr><th scope="row">${row.metric}</th><td>${formatValue(row.before, row.unit)}</td><td>${formatValue(row.after, row.unit)}</td><td>${formatValue(row.delta, row.unit)}</td><td>${row.interval ? `${formatValue(row.interval[0], row.unit)} … ${formatValue(row.interval[1], row.unit)}` : '–'}</td><td>${row.adjustedPValue === null ? '–' : row.adjustedPValue.toPrecision(2)}</td><td>${formatValue(row.minimumDetectable, row.unit)}</td><td class="${row.verdict === 'worse' ? 'errors' : 'shown'}">${row.verdict === 'not shown' ? '–' : row.verdict}</td></tr>`,
  )}</tbody></table></div>${list('worse', worse, regressions)}${list('better', better, fixes)}`;
}

function list(name: string, count: number, cases: readonly ChangedCase[]): Markup {
  if (count === 0) return html`<p>No case got ${name}.</p>`;
  return html`<p>${count} cases got ${name}:</p><ul>${cases.slice(0, mostCases).map(
    ({ id, question, changes }) =>
      html`<li><a href="#case=${encodeURIComponent(id)}">${question}</a> <span class="hint">${changes
        .slice(0, 3)
        .map(({ metric, before, after }) => `${metric} ${before.toFixed(2)} → ${after.toFixed(2)}`)
        .join(', ')}</span></li>`,
  )}</ul>`;
}
