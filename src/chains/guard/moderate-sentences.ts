import type { AnswerEvent, UnsequencedAnswerEvent } from '../../domain/answer.ts';
import type { AnswerInput } from '../answer-question.ts';
import { languageOfAsker } from '../refuse/language-of-asker.ts';
import { refusalMessage } from '../refuse/refusal-messages.ts';
import type { Check } from './moderate.ts';
import { moderateFields } from './moderate-fields.ts';

type Event<T extends AnswerEvent['type']> = Extract<AnswerEvent, { type: T }>;
type Out = AnswerEvent | UnsequencedAnswerEvent;

interface Shown {
  readonly sentences: Event<'answer-finished'>['sentences'];
  /** By number; those that no shown sentence cites are held back. */
  readonly held: Map<number, Event<'quote-verified'>>;
  readonly quotes: Set<number>;
  text: string;
  withheld: number;
}

/** Holds each sentence and field, with the quotes that it brings, until the moderation lets it pass; one that it flags is withheld. */
export async function* moderateSentences(
  events: AsyncIterable<AnswerEvent>,
  check: Check,
  { input, signal }: Omit<Guarding, 'check'>,
): AsyncGenerator<Out> {
  const shown: Shown = { sentences: [], held: new Map(), quotes: new Set(), text: '', withheld: 0 };
  let delta: Event<'text-delta'> | null = null;
  for await (const event of events) {
    if (event.type === 'quote-verified') shown.held.set(event.number, event);
    else if (event.type === 'text-delta') delta = event;
    else if (event.type === 'sentence-finished') {
      const { passes, degradation } = await check(event.text, signal);
      if (degradation) yield degradation;
      if (passes) yield* show(event, delta, shown);
      else {
        shown.withheld += 1;
        yield { type: 'sentence-withheld', sentence: event.sentence, reason: 'unsafe-text' };
      }
      delta = null;
    } else if (event.type === 'answer-finished') yield* finish(event, shown, { check, input, signal });
    // What a withheld sentence says of two quotes is not told by their numbers either.
    else if (event.type !== 'conflict-found' || event.quotes.every((number) => shown.quotes.has(number))) yield event;
  }
}

function* show(
  sentence: Event<'sentence-finished'>,
  delta: Event<'text-delta'> | null,
  shown: Shown,
): Generator<AnswerEvent> {
  for (const number of sentence.citations) {
    const quote = shown.held.get(number);
    if (quote && !shown.quotes.has(number)) yield quote;
    shown.quotes.add(number);
  }
  if (delta) {
    const text = shown.text === '' ? delta.text.trimStart() : delta.text;
    shown.text += text;
    yield { ...delta, text };
  }
  const { text, citations, groundedness } = sentence;
  shown.sentences.push({ text, citations, groundedness });
  yield sentence;
}

interface Guarding {
  readonly check: Check;
  readonly input: AnswerInput;
  readonly signal: AbortSignal;
}

/** The end of the answer with what passed; a refusal where no sentence did. */
async function* finish(
  event: Event<'answer-finished'>,
  shown: Shown,
  { check, input: { locale, question }, signal }: Guarding,
): AsyncGenerator<Out> {
  const { text, sentences } = shown;
  if (shown.withheld > 0 && sentences.length === 0) {
    const message = refusalMessage('unsafe-question', [], languageOfAsker(locale, question));
    return yield { type: 'answer-refused', reason: 'unsafe-question', message, nearest: [] };
  }
  const left = shown.withheld > 0 ? { ...event, text, sentences } : event;
  const fields = event.fields && (yield* moderateFields(event.fields, shown, (said) => check(said, signal)));
  const object = fields && Object.fromEntries(Object.entries(fields).map(([name, { value }]) => [name, value]));
  const quotes = event.quotes.filter(({ number }) => shown.quotes.has(number));
  yield { ...left, quotes, ...(fields ? { fields, object } : {}) };
}
