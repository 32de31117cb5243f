import { element } from '../ask/elements.ts';
import type { CaseRows, ShownCase, ShownCell, ShownQuote, ShownRun } from './report-data.ts';

interface Neighbours {
  readonly earlier: string | null;
  readonly later: string | null;
}

const stateTexts = { finished: 'Answered', refused: 'Refused', failed: 'Error' } as const;

/** All of one case, as elements. What the run holds only ever becomes text. */
export function caseView(shown: ShownCase, rows: CaseRows, { earlier, later }: Neighbours): Node[] {
  const { id, question, history, tags, runs } = shown;
  const link = (href: string | null, text: string) => (href === null ? '' : element('a', { href }, text));
  return [
    element(
      'nav',
      { class: 'case-nav', 'aria-label': 'Cases beside this one' },
      element('a', { href: '#cases' }, 'All cases'),
      link(earlier, '← Previous'),
      link(later, 'Next →'),
    ),
    element('h3', { id: 'case-title', tabindex: '-1' }, question),
    element('p', { class: 'hint' }, [id, ...tags].join(' · ')),
    ...history.flatMap((turn) => [
      element('p', { class: 'hint' }, 'Asked before: ', turn.question, ' — ', turn.answer),
    ]),
    expected(shown),
    ...runs.flatMap((run) =>
      runView(run, shown, rows, runs.length > 1 ? `Answer ${run.repeat + 1} of ${runs.length}` : 'Answer'),
    ),
    ...(shown.earlier
      ? [
          element(
            'section',
            { class: 'before' },
            element('h4', {}, 'In the baseline'),
            ...answerOf(shown.earlier, { tag: 'del', other: runs[0] ?? null }),
          ),
        ]
      : []),
  ];
}

function expected({ answers, answerable, gold }: ShownCase): HTMLElement {
  const lines: [string, string][] = [
    ...answers.map((answer): [string, string] => ['Right answer', answer]),
    ...(answerable === false ? [['Right answer', 'A refusal: the sources do not hold one.'] as [string, string]] : []),
    ...gold.map((document): [string, string] => ['Stands in', document]),
  ];
  return definitions(lines);
}

function definitions(lines: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    'dl',
    {},
    ...lines.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value))),
  );
}

function runView(run: ShownRun, { gold, earlier }: ShownCase, rows: CaseRows, title: string): HTMLElement[] {
  return [
    element('section', {}, element('h4', {}, title), ...answerOf(run, { tag: 'ins', other: earlier })),
    ...(run.quotes.length > 0
      ? [element('section', {}, element('h4', {}, 'Quotes in their sources'), ...run.quotes.map(quoteView))]
      : []),
    element('section', {}, element('h4', {}, 'Scores'), scoreTable(run.cells, rows)),
    ...(run.retrieved.length > 0
      ? [element('section', {}, element('h4', {}, 'Retrieved'), ...retrievedView(run, new Set(gold), earlier))]
      : []),
    element(
      'details',
      {},
      element('summary', {}, `Times, cost and ${run.events.length} events`),
      definitions(run.facts),
      element(
        'ol',
        { class: 'events' },
        ...run.events.map(({ type, milliseconds, note }) =>
          element('li', {}, element('b', {}, type), ` +${milliseconds} ms `, element('code', {}, note)),
        ),
      ),
    ),
  ];
}

/** Sentences that the other answer does not have are marked; none where there is no other. */
interface Difference {
  readonly tag: 'ins' | 'del';
  readonly other: ShownRun | null;
}

function answerOf(
  { state, sentences, text, message, confidence, model, notes }: ShownRun,
  { tag, other }: Difference,
): HTMLElement[] {
  const known = new Set((other?.sentences ?? []).map((sentence) => sentence.text));
  const marked = (sentence: string) => (other === null || known.has(sentence) ? sentence : element(tag, {}, sentence));
  const said =
    sentences.length > 0
      ? sentences.map((sentence) =>
          element(
            'span',
            {
              class: sentence.groundedness !== null && sentence.groundedness < 0.5 ? 'sentence weak' : 'sentence',
              ...(sentence.groundedness === null ? {} : { title: `groundedness ${sentence.groundedness.toFixed(2)}` }),
            },
            marked(sentence.text),
            ' ',
            ...sentence.citations.map((number) => element('sup', {}, `[${number}] `)),
          ),
        )
      : [text];
  const line = [
    stateTexts[state],
    model,
    ...(confidence === null ? [] : [`confidence ${confidence.toFixed(2)}`]),
    ...notes,
  ];
  return [
    element(
      'p',
      { class: 'hint' },
      element('span', { class: `state ${state}` }, line[0] ?? ''),
      ` ${line.slice(1).join(' · ')}`,
    ),
    ...(message === null ? [] : [element('p', { class: 'message' }, message)]),
    ...(sentences.length > 0 || text !== '' ? [element('p', { class: 'said' }, ...said)] : []),
  ];
}

function quoteView({ number, text, before, after, title, document, found }: ShownQuote): HTMLElement {
  return element(
    'figure',
    { class: 'quote' },
    element(
      'figcaption',
      {},
      `[${number}] ${title} `,
      element('span', { class: 'hint' }, `${document} · found ${found.replace('-', ' ')}`),
    ),
    element(
      'blockquote',
      {},
      element('span', { class: 'around' }, before),
      element('mark', {}, text),
      element('span', { class: 'around' }, after),
    ),
  );
}

function table(headings: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = element('tr', {}, ...headings.map((heading) => element('th', { scope: 'col' }, heading)));
  return element(
    'div',
    { class: 'wide', tabindex: '0', role: 'group', 'aria-label': headings.join(', ') },
    element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
  );
}

function scoreTable(cells: readonly ShownCell[], { metrics }: CaseRows): HTMLElement {
  const better = new Map(metrics.map((metric) => [metric.name, metric.better]));
  const arrow = { higher: ' ↑', lower: ' ↓', none: '' };
  return table(
    ['Metric', 'Value', 'Why'],
    cells.map(({ metric, value, reason, evidence }) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row' }, `${metric}${arrow[better.get(metric) ?? 'none']}`),
        element(
          'td',
          value === 'error' ? { class: 'errors' } : {},
          value === null ? 'na' : typeof value === 'number' ? String(Number(value.toFixed(4))) : value,
        ),
        element(
          'td',
          {},
          ...(reason === null ? [] : [element('p', {}, reason)]),
          ...evidence.map((line) => element('p', { class: 'evidence' }, line)),
        ),
      ),
    ),
  );
}

/** What was retrieved, with the rank that a document had in the baseline, and what is no longer there. */
function retrievedView({ retrieved }: ShownRun, gold: ReadonlySet<string>, earlier: ShownRun | null): HTMLElement[] {
  const before = earlier?.retrieved ?? [];
  const now = new Set(retrieved.map(({ document }) => document));
  const rankBefore = (document: string) => before.findIndex((passage) => passage.document === document) + 1;
  const gone = before.flatMap(({ document }, index) =>
    now.has(document) || rankBefore(document) !== index + 1 ? [] : [`${document} (rank ${index + 1})`],
  );
  const columns = earlier
    ? ['Rank', 'Before', 'Document', 'Score', 'Holds the answer']
    : ['Rank', 'Document', 'Score', 'Holds the answer'];
  const rows = retrieved.map(({ document, title, score }, index) =>
    element(
      'tr',
      gold.has(document) ? { class: 'gold' } : {},
      element('td', {}, String(index + 1)),
      ...(earlier ? [element('td', {}, String(rankBefore(document) || 'new'))] : []),
      element('th', { scope: 'row' }, title === '' ? document : `${title} (${document})`),
      element('td', {}, score.toFixed(3)),
      element('td', {}, gold.has(document) ? '✓ yes' : ''),
    ),
  );
  return [
    table(columns, rows),
    ...(gone.length > 0 ? [element('p', { class: 'hint' }, `Retrieved before only: ${gone.join(', ')}`)] : []),
  ];
}
