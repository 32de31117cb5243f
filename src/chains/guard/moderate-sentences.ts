import type { AnswerEvent, UnsequencedAnswerEvent } from '../../domain/answer.ts';
import type { AnswerInput } from '../answer-question.ts';
import { refusalMessage } from '../refuse/refusal-messages.ts';
import type { Check } from './moderate.ts';

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

/** Holds each sentence, with the quotes that it brings, until the moderation lets it pass; one that it flags is withheld. */
export async function* moderateSentences(
  events: AsyncIterable<AnswerEvent>,
  check: Check,
  { input, signal }: { readonly input: AnswerInput; readonly signal: AbortSignal },
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
    } else if (event.type === 'answer-finished' && shown.withheld > 0) yield whatIsLeft(event, shown, input);
    else yield event;
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

function whatIsLeft(event: Event<'answer-finished'>, shown: Shown, { locale }: AnswerInput): Out {
  const { text, sentences } = shown;
  if (sentences.length > 0)
    return { ...event, text, sentences, quotes: event.quotes.filter(({ number }) => shown.quotes.has(number)) };
  const message = refusalMessage('unsafe-question', [], locale);
  return { type: 'answer-refused', reason: 'unsafe-question', message, nearest: [] };
}
