import { html, type Markup } from './markup.ts';

/** Figures are drawn into 320 × 160 units, below a caption; colours come from the style sheet. */
const width = 320;
const height = 160;
const margin = { left: 34, right: 8, top: 8, bottom: 26 };
const innerWidth = width - margin.left - margin.right;
const innerHeight = height - margin.top - margin.bottom;

interface FigureText {
  readonly title: string;
  /** What the drawing shows, in a sentence, for those who do not see it. */
  readonly summary: string;
  readonly note?: string;
}

function figure({ title, summary, note }: FigureText, body: readonly Markup[]): Markup {
  return html`<figure class="chart"><figcaption><b>${title}</b>${note === undefined ? null : html` <span class="hint">${note}</span>`}</figcaption><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${summary}">${body}</svg></figure>`;
}

const place = (value: number) => Number(value.toFixed(2));
const across = (share: number) => place(margin.left + share * innerWidth);
const up = (share: number) => place(margin.top + (1 - share) * innerHeight);

/** Lines at 0, half and the top, with their values, and texts below. */
function axes(top: string, labels: readonly { readonly at: number; readonly text: string }[]): Markup {
  return html`${[0, 0.5, 1].map((share) => html`<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${up(share)}" y2="${up(share)}"/>`)}<text class="tick end" x="${margin.left - 4}" y="${up(1) + 4}">${top}</text><text class="tick end" x="${margin.left - 4}" y="${up(0) + 4}">0</text>${labels.map(({ at, text }) => html`<text class="tick middle" x="${across(at)}" y="${height - 8}">${text}</text>`)}`;
}

export interface Column {
  readonly label: string;
  readonly count: number;
}

/** Counts as columns, under each its label where `every` allows. */
export function columnChart(text: FigureText, columns: readonly Column[], every = 1): Markup {
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const step = 1 / Math.max(1, columns.length);
  const labels = columns.flatMap(({ label }, index) =>
    index % every === 0 ? [{ at: (index + 0.5) * step, text: label }] : [],
  );
  const drawn = columns.map(({ label, count }, index) => {
    const share = count / most;
    return html`<rect class="column" x="${across(index * step + step * 0.08)}" y="${up(share)}" width="${place(innerWidth * step * 0.84)}" height="${place(share * innerHeight)}"><title>${label}: ${count}</title></rect>`;
  });
  return figure(text, [axes(String(most), labels), ...drawn]);
}

const tenths = Array.from({ length: 10 }, (_, index) => index / 10);

/** How many of the values in [0, 1] fall into each tenth; 1 counts to the last. */
export function tenthsOf(values: readonly number[]): Column[] {
  return tenths.map((low, index) => ({
    label: `${low.toFixed(1)}–${(low + 0.1).toFixed(1)}`,
    count: values.filter((value) => Math.min(9, Math.floor(value * 10 + 1e-9)) === index).length,
  }));
}

/** Values of any size in steps of 1, 2, 5, 10, 20, …, or in eight equal ones where these are few; each column is named by its upper end. */
export function columnsOf(values: readonly number[], format: (value: number) => string): Column[] {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [];
  const [least, most] = positive.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, 0],
  );
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power += 1)
    steps.push(...[1, 2, 5].map((digit) => Number(`${digit}e${power}`)));
  const between = steps.filter((step, index) => step >= least && (steps[index - 1] ?? 0) < most);
  const equal = Array.from({ length: 8 }, (_, index) => least + ((most - least) * (index + 1)) / 8);
  const tops = least === most ? [most] : between.length >= 4 ? between : equal;
  const counts = tops.map(() => 0);
  for (const value of positive) {
    const found = tops.findIndex((top) => value <= top);
    const place = found === -1 ? tops.length - 1 : found;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return tops.map((top, index) => ({ label: `≤ ${format(top)}`, count: counts[index] ?? 0 }));
}

export interface Point {
  readonly x: number;
  readonly y: number;
  /** Said where the pointer rests. */
  readonly label: string;
}

/** Points in [0, 1] × [0, 1], joined; `diagonal` draws where both are equal. */
export function lineChart(
  text: FigureText,
  points: readonly Point[],
  { diagonal = false, dots = true, xLabel }: { diagonal?: boolean; dots?: boolean; xLabel: string },
): Markup {
  const path = points.map(({ x, y }) => `${across(x)},${up(y)}`).join(' ');
  const labels = [0, 0.5, 1].map((at) => ({ at, text: at === 0.5 ? xLabel : String(at) }));
  return figure(text, [
    axes('1', labels),
    html`${diagonal ? html`<line class="reference" x1="${across(0)}" y1="${up(0)}" x2="${across(1)}" y2="${up(1)}"/>` : null}`,
    html`<polyline class="curve" points="${path}"/>`,
    html`${dots ? points.map(({ x, y, label }) => html`<circle class="dot" cx="${across(x)}" cy="${up(y)}" r="3.5"><title>${label}</title></circle>`) : null}`,
  ]);
}

export interface Slice {
  readonly label: string;
  readonly value: number;
  readonly interval: readonly [number, number] | null;
  readonly count: number;
}

/** One row for each slice: its value in [0, top] as a bar, its interval as a line over it. Reads as a table without the drawing. */
export function sliceTable(slices: readonly Slice[], top: number, format: (value: number) => string): Markup {
  const at = (value: number) => place(Math.max(0, Math.min(100, (value / top) * 100)));
  return html`<table class="slices"><thead><tr><th scope="col">Tag</th><th scope="col">Cells</th><th scope="col">Value</th><th scope="col">95 % interval</th><td></td></tr></thead><tbody>${slices.map(
    ({ label, value, interval, count }) =>
      html`<tr><th scope="row">${label}</th><td>${count}</td><td>${format(value)}</td><td>${interval ? `${format(interval[0])} – ${format(interval[1])}` : '–'}</td><td class="drawn"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="column" x="0" y="1" width="${at(value)}" height="8"/>${interval ? html`<line class="whisker" x1="${at(interval[0])}" x2="${at(interval[1])}" y1="5" y2="5"/>` : null}</svg></td></tr>`,
  )}</tbody></table>`;
}
