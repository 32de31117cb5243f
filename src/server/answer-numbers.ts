import { type AnswerEvent, type finalEventTypes, isFinalEvent } from '../domain/answer.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** Takes all events of an answer once it has ended. */
export type CountAnswer = (events: readonly AnswerEvent[]) => void;

/** Counts answers by how they ended, with their seconds, quotes, withheld sentences, tokens and cost. */
export function createAnswerNumbers(telemetry: Pick<Telemetry, 'counter' | 'durations'>): CountAnswer {
  const answers = telemetry.counter(
    'footnote.answers',
    'Answers by outcome; the reason is that of a refusal or failure.',
  );
  const duration = telemetry.durations('footnote.answer.duration', 'Seconds until an answer had ended.');
  const first = telemetry.durations('footnote.answer.first_sentence', 'Seconds until the first sentence was released.');
  const step = telemetry.durations('footnote.answer.step.duration', 'Seconds of the steps of an answer.');
  const quotes = telemetry.counter('footnote.answer.quotes', 'Quotes by verdict.');
  const withheld = telemetry.counter('footnote.answer.sentences_withheld', 'Sentences that were not shown, by reason.');
  const degraded = telemetry.counter('footnote.answer.steps_degraded', 'Steps that fell back, by step and to what.');
  const tokens = telemetry.counter('footnote.model.tokens', 'Tokens that chat models read and wrote.');
  const cost = telemetry.counter('footnote.model.cost', 'US dollars for chat models, where their price is known.');

  return (events) => {
    const [started] = events;
    const final = events.at(-1);
    if (started?.type !== 'answer-started' || !final || !isFinalEvent(final)) return;
    const secondsUntil = ({ at }: AnswerEvent) => Math.max(0, Date.parse(at) - Date.parse(started.at)) / 1000;
    const cached = String(final.type !== 'answer-failed' && (final.cached ?? false));
    const labels = { outcome: outcomeOf(final), reason: reasonOf(final), cached };
    answers(labels);
    duration(secondsUntil(final), { outcome: labels.outcome, cached });
    const sentence = events.find(({ type }) => type === 'sentence-finished');
    if (sentence) first(secondsUntil(sentence), { cached });
    for (const event of events) {
      if (event.type === 'quote-verified') quotes({ verdict: 'verified' });
      else if (event.type === 'quote-rejected') quotes({ verdict: event.reason });
      else if (event.type === 'sentence-withheld') withheld({ reason: event.reason });
      else if (event.type === 'step-degraded') degraded({ step: event.step, to: event.to });
    }
    if (final.type === 'answer-failed' || cached === 'true') return;
    const { usage } = final;
    if (usage && usage.inputTokens + usage.outputTokens > 0) {
      tokens({ model: started.model, direction: 'input' }, usage.inputTokens);
      tokens({ model: started.model, direction: 'output' }, usage.outputTokens);
    }
    if (final.type !== 'answer-finished') return;
    if (final.cost) cost({ model: started.model }, final.cost);
    for (const [name, milliseconds] of Object.entries(final.timings)) step(milliseconds / 1000, { step: name });
  };
}

type FinalEvent = Extract<AnswerEvent, { type: (typeof finalEventTypes)[number] }>;

function outcomeOf(final: FinalEvent): string {
  if (final.type === 'answer-failed') return final.error.code === 'ANSWER_STOPPED' ? 'stopped' : 'failed';
  return final.type === 'answer-refused' ? 'refused' : 'finished';
}

function reasonOf(final: FinalEvent): string {
  if (final.type === 'answer-failed') return final.error.code;
  return final.type === 'answer-refused' ? final.reason : '';
}
