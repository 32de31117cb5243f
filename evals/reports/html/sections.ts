import type { GateResult, MetricSummary, RunPlan, RunSummary } from '../../summary.ts';
import { formatValue } from '../format-value.ts';
import { columnChart, columnsOf, lineChart, sliceTable, tenthsOf } from './charts.ts';
import type { Collected } from './collect.ts';
import { calibrationCurve, riskCoverageCurve } from './curves.ts';
import { html, type Markup } from './markup.ts';

/** A part of the page with its heading; `what` says in a sentence how to read it. */
export function section(id: string, title: string, what: string | null, body: Markup): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${what === null ? null : html`<p class="hint">${what}</p>`}${body}</section>`;
}

const empty = (text: string) => html`<p class="empty">${text}</p>`;

export function overview({ summary, plan }: { summary: RunSummary; plan: RunPlan }): Markup {
  const facts: [string, string][] = [
    ['Cases', `${summary.cases}${summary.repeats > 1 ? ` × ${summary.repeats}` : ''}`],
    ['Errors', String(summary.errors)],
    ['State', summary.state],
    ['Tokens', `${summary.usage.inputTokens} in, ${summary.usage.outputTokens} out`],
    ['Cost', summary.usage.cost === null ? 'no price known' : formatValue(summary.usage.cost, 'dollars')],
  ];
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl><p class="hint">Run ${plan.id.slice(0, 12)} of ${plan.startedAt.slice(0, 16).replace('T', ' ')} UTC · target ${plan.target.kind}, ${plan.target.identity} · seed ${plan.seed} · cases ${plan.dataset.hash.slice(0, 12)}</p>${lines(summary.problems)}${lines(summary.notes)}`;
}

function lines(of: readonly string[] = []): Markup | null {
  return of.length > 0 ? html`<ul>${of.map((line) => html`<li>${line}</li>`)}</ul>` : null;
}

export function gateList(gates: readonly GateResult[]): Markup {
  if (gates.length === 0) return empty('The suite sets no gates: add some to it, or give --gate to the run.');
  return html`<ul class="gates">${gates.map(
    ({ gate, passed, invalid, detail }) =>
      html`<li class="${passed ? 'passed' : 'failed'}"><b>${passed ? '✓ passed' : invalid ? '✗ invalid' : '✗ failed'}</b> <code>${gate}</code> <span>${detail}</span></li>`,
  )}</ul>`;
}

const arrows = { higher: '↑', lower: '↓', none: '' } as const;

export function metricTable(metrics: readonly MetricSummary[]): Markup {
  if (metrics.length === 0) return empty('The run has no metrics.');
  return html`<div class="wide" tabindex="0" role="group" aria-label="Metrics"><table><thead><tr><th scope="col">Metric</th><th scope="col">Value</th><th scope="col">95 % interval</th><th scope="col">ok</th><th scope="col">na</th><th scope="col">errors</th><th scope="col">p50 / p95</th></tr></thead><tbody>${metrics.map(
    ({ metric, better, unit, value, interval, ok, na, errors, percentiles }) =>
      html`<tr><th scope="row">${metric} <span class="hint">${arrows[better]}</span></th><td>${formatValue(value, unit)}</td><td>${interval ? `${formatValue(interval[0], unit)} … ${formatValue(interval[1], unit)}` : '–'}</td><td>${ok}</td><td>${na}</td><td${errors > 0 ? html` class="errors"` : null}>${errors}</td><td>${percentiles ? `${formatValue(percentiles.p50, unit)} / ${formatValue(percentiles.p95, unit)}` : '–'}</td></tr>`,
  )}</tbody></table></div>`;
}

/** How far several answers to a case differ; nothing where each was asked once. */
export function repeatTable(metrics: readonly MetricSummary[]): Markup | null {
  const rows = metrics.flatMap(({ metric, unit, repeated }) => (repeated ? [{ metric, unit, ...repeated }] : []));
  const [first] = rows;
  if (!first) return null;
  const k = rows.reduce((most, row) => Math.max(most, row.k), 0);
  return html`<div class="wide" tabindex="0" role="group" aria-label="Repeats"><table><thead><tr><th scope="col">Metric</th><th scope="col">Deviation</th><th scope="col">Flip rate</th><th scope="col">pass@${k}</th><th scope="col">pass^${k}</th></tr></thead><tbody>${rows.map(
    ({ metric, unit, deviation, flipRate, passAny, passAll }) =>
      html`<tr><th scope="row">${metric}</th><td>${formatValue(deviation, unit)}</td><td>${formatValue(flipRate, 'share')}</td><td>${formatValue(passAny, 'share')}</td><td>${formatValue(passAll, 'share')}</td></tr>`,
  )}</tbody></table></div>`;
}

export function distributions(metrics: readonly MetricSummary[], { values }: Collected): Markup {
  const charts = metrics.flatMap(({ metric, unit }) => {
    const own = values.get(metric) ?? [];
    if (unit !== 'share' || own.length === 0) return [];
    const columns = tenthsOf(own);
    const most = columns.reduce((best, column) => (column.count > best.count ? column : best));
    const summary = `${metric}: ${own.length} values, most between ${most.label} (${most.count}).`;
    return [
      columnChart(
        { title: metric, summary, note: `${own.length} values` },
        columns.map(({ label, count }) => ({ label: label.slice(0, 3), count })),
        2,
      ),
    ];
  });
  return charts.length === 0
    ? empty('No metric has values in [0, 1] for cases.')
    : html`<div class="charts">${charts}</div>`;
}

const mostSlices = 40;

export function tagSlices({ metrics, tags }: RunSummary): Markup {
  const names = Object.keys(tags);
  if (names.length === 0) return empty('The cases have no tags: give them some to compare groups of questions.');
  const drawn = metrics.flatMap(({ metric, unit, better }) => {
    const slices = names.flatMap((label) => {
      const found = tags[label]?.find((entry) => entry.metric === metric);
      return found && found.value !== null
        ? [{ label, value: found.value, interval: found.interval, count: found.ok }]
        : [];
    });
    if (slices.length === 0) return [];
    const sign = better === 'lower' ? -1 : 1;
    slices.sort((one, other) => sign * (one.value - other.value));
    const top = unit === 'share' ? 1 : Math.max(1e-9, ...slices.map(({ value, interval }) => interval?.[1] ?? value));
    return [
      {
        metric,
        table: sliceTable(slices.slice(0, mostSlices), top, (value) => formatValue(value, unit)),
        left: slices.length - mostSlices,
      },
    ];
  });
  return html`${drawn.map(
    ({ metric, table, left }, index) =>
      html`<details${index === 0 ? html` open` : null}><summary>${metric}</summary><div class="wide" tabindex="0" role="group" aria-label="${metric} by tag">${table}</div>${left > 0 ? html`<p class="hint">${left} better tags are left out.</p>` : null}</details>`,
  )}`;
}

export function confidence({ judged, correctness }: Collected, answers: number): Markup {
  if (judged.length === 0 || correctness === null)
    return empty('No answer has both a confidence and a value of a correctness metric.');
  const calibration = calibrationCurve(judged);
  const risk = riskCoverageCurve(judged, answers);
  const last = risk.at(-1);
  return html`<div class="charts">${lineChart(
    {
      title: 'Calibration',
      note: `${correctness} by confidence, ${judged.length} answers`,
      summary: `Calibration curve: ${calibration.map(({ label }) => label).join('; ')}.`,
    },
    calibration,
    { diagonal: true, xLabel: 'confidence' },
  )}${lineChart(
    {
      title: 'Risk and coverage',
      note: 'share wrong among the most confident',
      summary: `Risk-coverage curve: ${last ? `at its end ${last.label}` : 'no point'}.`,
    },
    risk,
    { dots: false, xLabel: 'coverage' },
  )}</div>`;
}

export function operations({ latency, costs }: Collected): Markup {
  const charts = [...latency].map(([stage, values]) => {
    const columns = columnsOf(values, (value) => formatValue(value, 'milliseconds'));
    const summary = `Latency of ${stage}: ${columns.map(({ label, count }) => `${label}: ${count}`).join('; ')}.`;
    return columnChart(
      { title: stage, note: `${values.length} answers, not cached`, summary },
      columns,
      Math.ceil(columns.length / 4),
    );
  });
  if (costs.some((cost) => cost > 0)) {
    const columns = columnsOf(costs, (value) => formatValue(value, 'dollars'));
    const summary = `Cost of an answer: ${columns.map(({ label, count }) => `${label}: ${count}`).join('; ')}.`;
    charts.push(
      columnChart(
        { title: 'cost', note: `${costs.length} answers, estimated`, summary },
        columns,
        Math.ceil(columns.length / 3),
      ),
    );
  }
  return charts.length === 0
    ? empty('No answer has times: all came from a cache, or failed.')
    : html`<div class="charts">${charts}</div>`;
}

const mostRanks = 10;

export function ranks({ ranks: found }: Collected): Markup {
  if (found.length === 0) return empty('No case names documents that hold its answer (gold_docs, gold_quotes).');
  const count = (isCounted: (rank: number | null) => boolean) => found.filter(isCounted).length;
  const columns = [
    ...Array.from({ length: mostRanks }, (_, index) => ({
      label: String(index + 1),
      count: count((rank) => rank === index + 1),
    })),
    { label: `>${mostRanks}`, count: count((rank) => rank !== null && rank > mostRanks) },
    { label: '–', count: count((rank) => rank === null) },
  ];
  const summary = `Rank of the first document that holds the answer: ${columns.map(({ label, count: cases }) => `${label}: ${cases}`).join('; ')}.`;
  return html`<div class="charts">${columnChart({ title: 'Rank of the first right document', note: `${found.length} answers, – not found`, summary }, columns)}</div>`;
}
