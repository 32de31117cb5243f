import type { AnswerEvent, Problem, Quote } from '../../src/domain/answer.ts';
import { createAnswerBlocks } from './answer-blocks.ts';
import {
  type AlsoIn,
  degradedWords,
  expansionElement,
  finishedParts,
  type OpenQuote,
  problemElement,
  quoteElement,
  refusalElement,
  shownSentence,
  withheldWords,
} from './answer-parts.ts';
import { announce, element } from './elements.ts';
import type { SourcePanel } from './source-panel.ts';

/** One question with what came of it. */
export interface AnswerView {
  readonly root: HTMLElement;
  /** Events may arrive again after a reconnect; one that was shown already is left out. */
  apply(event: AnswerEvent): void;
  /** A problem that no event of the answer tells. */
  fail(problem: Pick<Problem, 'title' | 'detail' | 'type'>): void;
}

interface AnswerViewOptions {
  readonly question: string;
  readonly panel: SourcePanel;
  readonly onFeedback: (answerId: string, up: boolean) => void;
  /** Gives the element for what can be asked next, once the answer is complete; null: nothing is offered. */
  readonly onFinished: ((answerId: string) => HTMLElement) | null;
  /** Asks the question again, in its own words only. */
  readonly onAskAsIs: () => void;
}

/** The empty places of an answer, in the order in which they are read. */
function createFrame(question: string) {
  const progress = element('p', { class: 'working' }, 'Reading the sources…');
  const readings = element('ul', { class: 'readings' });
  const draft = element('span', { class: 'draft', 'aria-hidden': 'true' });
  const sentences = element('div', { class: 'sentences', 'aria-live': 'polite' }, draft);
  const notes = element('ul', { class: 'notes' });
  const quoteList = element('ol', { class: 'quotes', 'aria-label': 'Quotes' });
  const after = element('div', { class: 'after' });
  const answer = element('div', { class: 'answer' }, progress, readings, sentences, notes, quoteList, after);
  const root = element('article', { class: 'turn' }, element('h2', { class: 'question' }, question), answer);
  return { root, progress, readings, sentences, draft, notes, quoteList, after };
}

export function createAnswerView({
  question,
  panel,
  onFeedback,
  onAskAsIs,
  onFinished,
}: AnswerViewOptions): AnswerView {
  const { root, progress, readings, sentences, draft, notes, quoteList, after } = createFrame(question);
  const blocks = createAnswerBlocks(sentences, draft);
  const quotes = new Map<number, Quote>();
  const alsoIn = new Map<string, AlsoIn>();
  let answerId = '';
  let last = -1;

  const openQuote: OpenQuote = (quote, opener) =>
    void panel.show({ documentId: quote.documentId, title: quote.title, uri: quote.uri, quote }, opener);
  const addNote = (text: string, list = notes) => list.append(element('li', {}, text));

  function end(message: string, ...parts: readonly Node[]): void {
    progress.remove();
    draft.remove();
    announce(message);
    after.append(...parts);
  }

  function show(event: AnswerEvent): void {
    switch (event.type) {
      case 'answer-started':
        answerId = event.answerId;
        break;
      case 'question-condensed':
        if (event.standalone !== question) addNote(`Read as: ${event.standalone}`, readings);
        break;
      case 'question-expanded':
        readings.append(expansionElement(event, onAskAsIs));
        break;
      case 'passages-retrieved':
        progress.textContent = 'Checking quotes…';
        for (const passage of event.passages) alsoIn.set(passage.id, passage.alsoIn ?? []);
        break;
      case 'quote-verified':
        quotes.set(event.number, event);
        quoteList.append(quoteElement(event, openQuote, { alsoIn: alsoIn.get(event.passageId) ?? [], panel }));
        break;
      case 'text-delta':
        draft.textContent += event.text;
        break;
      case 'sentence-finished':
        blocks.add(shownSentence(event, /^\s*/.exec(draft.textContent)?.[0] ?? '', { quotes, open: openQuote }));
        draft.textContent = '';
        break;
      case 'sentence-withheld':
        draft.textContent = '';
        addNote(withheldWords[event.reason]);
        break;
      case 'step-degraded':
        addNote(degradedWords(event));
        break;
      case 'answer-finished':
        end(...finishedParts(event, (up) => onFeedback(answerId, up)));
        if (onFinished) after.append(onFinished(answerId));
        break;
      case 'answer-refused':
        end(`Not answered. ${event.message}`, refusalElement(event, panel));
        break;
      case 'answer-failed':
        end('', problemElement(event.error));
        break;
    }
  }

  return {
    root,
    apply(event) {
      if (event.sequence <= last) return;
      last = event.sequence;
      show(event);
    },
    fail: (problem) => end('', problemElement(problem)),
  };
}
