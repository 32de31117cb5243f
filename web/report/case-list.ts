import { announce, byId, element } from '../ask/elements.ts';
import type { CaseRows } from './report-data.ts';

export interface CaseList {
  select(place: number): void;
  /** Place of the case that stands so many rows from the selected one, in the list as it is filtered; null where there is none. */
  beside(step: number): number | null;
}

const rowHeight = 60;
const stateNames = { finished: 'answered', refused: 'refused', failed: 'error' } as const;

/** The list of cases: filtered and sorted by the form above it; only the rows in view are in the page. */
export function createCaseList(rows: CaseRows, hashOf: (id: string) => string): CaseList {
  const viewport = byId('list', HTMLElement);
  const filler = element('div', { class: 'filler', role: 'list', 'aria-label': 'Cases' });
  viewport.append(filler);
  const form = byId('filter', HTMLFormElement);
  fillChoices(rows);
  let places: readonly number[] = [];
  let selected: number | null = null;
  let drawnFrom = -1;

  function filter(): void {
    places = matching(rows, new FormData(form));
    const count = `${places.length} of ${rows.ids.length} cases`;
    byId('count', HTMLElement).textContent = count;
    byId('nothing', HTMLElement).hidden = places.length > 0;
    announce(count);
    filler.style.height = `${places.length * rowHeight}px`;
    viewport.scrollTop = 0;
    draw(true);
  }

  function draw(isChanged = false): void {
    const first = Math.max(0, Math.floor(viewport.scrollTop / rowHeight) - 5);
    if (!isChanged && first === drawnFrom) return;
    drawnFrom = first;
    const focused = document.activeElement?.getAttribute('href') ?? null;
    const shown = places.slice(first, first + Math.ceil(viewport.clientHeight / rowHeight) + 10);
    filler.replaceChildren(...shown.map((place, index) => row(place, first + index)));
    if (focused !== null)
      filler.querySelector<HTMLElement>(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  }

  function row(place: number, index: number): HTMLElement {
    const state = rows.states[place] ?? 'failed';
    const id = rows.ids[place] ?? '';
    const figure = shownFigure(rows, place, new FormData(form));
    const link = element(
      'a',
      { class: 'case-link', href: hashOf(id), ...(place === selected ? { 'aria-current': 'true' } : {}) },
      element('span', { class: 'case-question' }, rows.questions[place] ?? ''),
      element(
        'span',
        { class: 'case-line' },
        element('span', { class: `state ${state}` }, stateNames[state]),
        ` ${id}`,
      ),
      element('span', { class: 'case-figure' }, figure),
    );
    const item = element(
      'div',
      { role: 'listitem', 'aria-setsize': String(places.length), 'aria-posinset': String(index + 1) },
      link,
    );
    item.style.top = `${index * rowHeight}px`;
    return item;
  }

  function scrollTo(index: number): void {
    const top = index * rowHeight;
    if (top < viewport.scrollTop) viewport.scrollTop = top;
    else if (top + rowHeight > viewport.scrollTop + viewport.clientHeight)
      viewport.scrollTop = top + rowHeight - viewport.clientHeight;
    draw(true);
  }

  viewport.addEventListener('scroll', () => draw());
  new ResizeObserver(() => draw(true)).observe(viewport);
  viewport.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8, Home: -places.length, End: places.length }[
      event.key
    ];
    const item = event.target instanceof Element ? event.target.closest('[aria-posinset]') : null;
    if (step === undefined || !item) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(places.length - 1, Number(item.getAttribute('aria-posinset')) - 1 + step));
    scrollTo(next);
    filler.querySelector<HTMLElement>(`[aria-posinset="${next + 1}"] a`)?.focus({ preventScroll: true });
  });
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter));
  filter();
  return {
    select(place) {
      selected = place;
      const index = places.indexOf(place);
      if (index !== -1) scrollTo(index);
    },
    beside(step) {
      const index = selected === null ? -1 : places.indexOf(selected);
      return index === -1 ? null : (places[index + step] ?? null);
    },
  };
}

function fillChoices({ tagNames, gates, metrics, changes }: CaseRows): void {
  const add = (id: string, choices: readonly (readonly [string, string])[]) => {
    const select = byId(id, HTMLSelectElement);
    select.append(...choices.map(([value, text]) => element('option', { value }, text)));
    const label = select.closest('label');
    if (label) label.hidden = choices.length === 0;
  };
  add(
    'filter-tag',
    tagNames.map((name, place) => [String(place), name]),
  );
  add(
    'filter-gate',
    gates.map(({ gate, cases }, place) => [String(place), `${gate} (${cases.length})`]),
  );
  add(
    'filter-sort',
    metrics.map(({ name }, place) => [`value ${place}`, name]),
  );
  if (changes.length > 0)
    add(
      'filter-sort',
      metrics.map(({ name }, place) => [`change ${place}`, `change of ${name}`]),
    );
}

/** Places of the cases that the form lets through, worst first by the chosen metric. */
function matching(rows: CaseRows, form: FormData): readonly number[] {
  const words = String(form.get('words') ?? '').toLowerCase();
  const [state, tag, gate] = ['state', 'tag', 'gate'].map((name) => String(form.get(name) ?? ''));
  const broken = gate ? new Set(rows.gates[Number(gate)]?.cases) : null;
  const found = [...rows.ids.keys()].filter(
    (place) =>
      (!state || rows.states[place] === state) &&
      (!tag || rows.tags[place]?.includes(Number(tag))) &&
      (!broken || broken.has(place)) &&
      (words === '' || `${rows.ids[place]} ${rows.questions[place]}`.toLowerCase().includes(words)),
  );
  const column = sortColumn(rows, form);
  if (!column) return found;
  const sign = column.better === 'lower' ? -1 : 1;
  const weight = (place: number) => {
    const value = column.values[place];
    return typeof value === 'number' ? value * sign : value === 'error' ? -Infinity : Infinity;
  };
  return found.sort((one, other) => weight(one) - weight(other) || one - other);
}

function sortColumn({ metrics, values, changes }: CaseRows, form: FormData) {
  const [kind, place] = String(form.get('sort') ?? '').split(' ');
  const column = (kind === 'change' ? changes : values)[Number(place)];
  return kind && column ? { values: column, better: metrics[Number(place)]?.better, kind } : null;
}

function shownFigure(rows: CaseRows, place: number, form: FormData): string {
  const column = sortColumn(rows, form);
  const value = column?.values[place];
  if (!column) return '';
  if (typeof value !== 'number') return value ?? 'na';
  return `${column.kind === 'change' && value > 0 ? '+' : ''}${Number(value.toFixed(3))}`;
}
