import type { AnswerEvent, NearestDocument, Problem, Quote } from '../../src/domain/answer.ts';
import type { ShownSentence } from './answer-blocks.ts';
import { element } from './elements.ts';
import { headingsBelowTitle, type SourcePanel } from './source-panel.ts';

export type EventOf<T extends AnswerEvent['type']> = Extract<AnswerEvent, { type: T }>;

export type OpenQuote = (quote: Quote, opener: HTMLElement) => void;

/** Below this a sentence of a lenient answer is marked as weakly supported. */
const weakGroundedness = 0.5;

export const withheldWords: Record<EventOf<'sentence-withheld'>['reason'], string> = {
  'no-quote': 'A sentence without a quote was left out.',
  'not-supported': 'A sentence that its quotes do not support was left out.',
  'number-mismatch': 'A sentence with a number that its quotes do not hold was left out.',
  'unsafe-link': 'A sentence with a link that is not in the sources was left out.',
  'unsafe-text': 'A sentence that may not be shown here was left out.',
};

const stepWords: Readonly<Record<string, string>> = {
  condense: 'Reading the question together with the earlier ones',
  embed: 'Search by meaning',
  evidence: 'Comparing sentences by meaning',
  answer: 'The chat model',
  moderation: 'The moderation',
};

/** A step that was replaced by something simpler, or saw less, in words. */
export function degradedWords({ step, to, cause }: EventOf<'step-degraded'>): string {
  if (cause === 'QUESTION_TOO_LONG') return 'The search by meaning has read only a part of this long question.';
  if (cause === 'CONVERSATION_TOO_LONG') return `Of this long conversation, the question was read with ${to}.`;
  return `${stepWords[step] ?? `The step “${step}”`} was not available (${cause.replace(/\.$/, '')}); the answer was made without it.`;
}

/** What was searched in the question's place, with the way back to its own words. */
export function expansionElement(
  { original, searched }: EventOf<'question-expanded'>,
  onAskAsIs: () => void,
): HTMLElement {
  const attributes = { type: 'button', class: 'link', click: onAskAsIs };
  const button = element('button', attributes, `Search only for “${original}”`);
  return element('li', {}, `Showing results for “${searched}”. `, button);
}

/** A sentence with the numbers of its quotes; where the words hold the numbers themselves, they give way. */
export function shownSentence(
  { text, citations, groundedness }: EventOf<'sentence-finished'>,
  separator: string,
  { quotes, open }: { readonly quotes: ReadonlyMap<number, Quote>; readonly open: OpenQuote },
): ShownSentence {
  const words = citations.reduce((rest, number) => rest.replaceAll(`[${number}]`, ''), text);
  const chips = citations.flatMap((number) => {
    const quote = quotes.get(number);
    return quote ? [chipOf(quote, open)] : [];
  });
  const isWeak = groundedness < weakGroundedness;
  const mark = isWeak ? [element('span', { class: 'weak-note' }, ' (weakly supported)')] : [];
  return { text: words, separator, isWeak, tail: [...mark, ...chips] };
}

function chipOf(quote: Quote, open: OpenQuote): HTMLElement {
  const attributes = {
    type: 'button',
    class: 'chip',
    title: quote.title,
    'aria-label': `Quote ${quote.number}, from ${quote.title}`,
    'aria-expanded': 'false',
    click: (event: Event) => open(quote, targetOf(event)),
  };
  return element('button', attributes, String(quote.number));
}

/** Other documents that say the same as a passage; of versions of one document, the version tells them apart. */
export type AlsoIn = NonNullable<EventOf<'passages-retrieved'>['passages'][number]['alsoIn']>;

/** A quote in the list below the answer, with its title, headings and page, and where else it stands. */
export function quoteElement(
  quote: Quote,
  open: OpenQuote,
  others: { readonly alsoIn: AlsoIn; readonly panel: SourcePanel },
): HTMLElement {
  const page = quote.page === null ? [] : [`page ${quote.page}`];
  const place = [quote.title, ...headingsBelowTitle(quote), ...page].join(' › ');
  const attributes = {
    type: 'button',
    class: 'link',
    'aria-expanded': 'false',
    click: (event: Event) => open(quote, targetOf(event)),
  };
  return element(
    'li',
    {},
    element('span', { class: 'number' }, String(quote.number)),
    element('blockquote', {}, quote.text.replace(/\s+/g, ' ')),
    element('button', attributes, place),
    ...reviewedParts(quote, others.panel),
    ...alsoInParts(others),
  );
}

/** Of a reviewed answer: that it is one, and the sources that it was compared with. */
function reviewedParts({ reviewed }: Quote, panel: SourcePanel): HTMLElement[] {
  return reviewed ? [sourcesLine('Reviewed answer, from: ', reviewed.sources, panel)] : [];
}

function alsoInParts({ alsoIn, panel }: { readonly alsoIn: AlsoIn; readonly panel: SourcePanel }): HTMLElement[] {
  if (alsoIn.length === 0) return [];
  const named = alsoIn.map(({ versionTag, title, ...other }) => ({
    ...other,
    title: versionTag === null ? title : `${title} ${versionTag}`,
  }));
  return [sourcesLine('Also in: ', named, panel)];
}

type NamedSource = Pick<AlsoIn[number], 'documentId' | 'title' | 'uri'>;

function sourcesLine(lead: string, sources: readonly NamedSource[], panel: SourcePanel): HTMLElement {
  const links = sources.map(({ documentId, title, uri }) => {
    const open = (event: Event) => void panel.show({ documentId, title, uri, quote: null }, targetOf(event));
    return element('button', { type: 'button', class: 'link', 'aria-expanded': 'false', click: open }, title);
  });
  const listed = links.flatMap((link, index) => (index === 0 ? [link] : [', ', link]));
  return element('p', { class: 'hint also-in' }, lead, ...listed);
}

function factsElement({ confidence, timings, partial, reviewed }: EventOf<'answer-finished'>): HTMLElement {
  const milliseconds = timings.total ?? Object.values(timings).reduce((sum, value) => sum + value, 0);
  const time = milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds)} ms`;
  const mark = partial ? 'Incomplete: the model failed on the way · ' : reviewed ? 'Reviewed answer · ' : '';
  return element('p', { class: 'hint' }, `${mark}Confidence ${Math.round(confidence * 100)} % · ${time}`);
}

function feedbackElement(onFeedback: (up: boolean) => void): HTMLElement {
  const group = element('div', { class: 'feedback', role: 'group', 'aria-label': 'Was this right?' });
  const button = (label: string, up: boolean) => {
    const give = () => {
      onFeedback(up);
      group.replaceChildren(element('span', { class: 'hint' }, 'Thank you.'));
    };
    return element('button', { type: 'button', class: 'quiet', click: give }, label);
  };
  group.append(button('Right', true), button('Wrong', false));
  return group;
}

/** What to announce of a finished answer, then what to show below it. */
export function finishedParts(
  event: EventOf<'answer-finished'>,
  onFeedback: (up: boolean) => void,
): [message: string, ...parts: Node[]] {
  const { length } = event.quotes;
  return [
    `Answered, with ${length} ${length === 1 ? 'quote' : 'quotes'}.`,
    factsElement(event),
    feedbackElement(onFeedback),
  ];
}

export function refusalElement(
  { message, nearest, clarifyingQuestion }: EventOf<'answer-refused'>,
  panel: SourcePanel,
): HTMLElement {
  const open = (item: NearestDocument) => (event: Event) =>
    void panel.show({ documentId: item.documentId, title: item.title, uri: item.uri, quote: null }, targetOf(event));
  const items = nearest.map((item) => {
    const attributes = { type: 'button', class: 'link', 'aria-expanded': 'false', click: open(item) };
    return element('li', {}, element('button', attributes, item.title));
  });
  const list = [element('p', { class: 'hint' }, 'Nearest documents'), element('ul', { class: 'nearest' }, ...items)];
  return element(
    'div',
    { class: 'refusal' },
    element('p', { class: 'refusal-title' }, 'Your sources don’t answer this.'),
    element('p', {}, message),
    ...(clarifyingQuestion ? [element('p', {}, clarifyingQuestion)] : []),
    ...(items.length > 0 ? list : []),
  );
}

export function problemElement({ title, detail, type }: Pick<Problem, 'title' | 'detail' | 'type'>): HTMLElement {
  const advice = element('a', { href: type, target: '_blank', rel: 'noopener' }, 'What to do');
  return element(
    'div',
    { class: 'problem', role: 'alert' },
    element('p', { class: 'problem-title' }, title),
    element('p', {}, detail, ' ', advice),
  );
}

function targetOf(event: Event): HTMLElement {
  return event.currentTarget instanceof HTMLElement ? event.currentTarget : document.body;
}
