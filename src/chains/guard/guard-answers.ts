import type { AnswerEvent, UnsequencedAnswerEvent } from '../../domain/answer.ts';
import type { AnswerRecord } from '../../store/answers.ts';
import type { AnswerInput, AnswerQuestion } from '../answer-question.ts';
import { languageOfAsker } from '../refuse/language-of-asker.ts';
import { refusalMessage } from '../refuse/refusal-messages.ts';
import { createMask, type Mask } from './mask-personal-data.ts';
import { type Check, createCheck, type ModeratorOf } from './moderate.ts';
import { moderateSentences } from './moderate-sentences.ts';
import { changeTexts, textsOfSchema } from './schema-texts.ts';

export interface GuardDeps {
  readonly answerQuestion: AnswerQuestion;
  readonly moderatorOf: ModeratorOf;
  /** Whether questions are sent to a model outside of this process. */
  readonly textLeaves: () => boolean;
  readonly now: () => Date;
}

/**
 * The chain behind the guards that its input asks for. Personal data never reaches what is stored, nor a model outside of this
 * process; a question that the moderation flags is refused, with the texts of its schema; a sentence or field that it flags is withheld.
 */
export function guardAnswers(deps: GuardDeps): AnswerQuestion {
  return async function* guardedAnswer(input, signal) {
    const { guards } = input;
    if (!guards || (!guards.maskPersonalData && guards.moderation === 'off'))
      return yield* deps.answerQuestion(input, signal);
    const check = createCheck(guards, deps.moderatorOf);
    // A moderated answer waits for the moderation, kept or not.
    if (check && input.onlyKeptOf !== undefined) return;
    const mask = guards.maskPersonalData ? createMask(textsOf(input)) : null;
    const masked = mask ? hideInInput(input, mask) : input;
    if (mask) input.onMask?.(mask.values());
    let sequence = -1;
    const stamp = (event: UnsequencedAnswerEvent | AnswerEvent): AnswerEvent => {
      sequence += 1;
      const at = 'at' in event ? event.at : deps.now().toISOString();
      return { ...event, sequence, at };
    };

    const read = [masked.question, ...textsOfSchema(masked.schema)].join('\n');
    const verdict = check ? await check(read, signal) : null;
    if (verdict && !verdict.passes) {
      for (const event of refused(masked, verdict.degradation)) yield stamp(event);
      return;
    }
    // The moderation takes its time: what was read before it may have passed.
    const asked = <T extends AnswerInput>(form: T): T =>
      check ? { ...form, generation: undefined, onKept: () => {} } : form;
    const events = askChain(deps, { input: asked(input), masked: asked(masked), mask }, signal);
    for await (const event of check ? moderateSentences(events, check, { input, signal }) : events) {
      yield stamp(event);
      if (event.type === 'answer-started' && verdict?.degradation) yield stamp(verdict.degradation);
    }
  };
}

const textsOf = ({ history }: AnswerInput) => history.flatMap(({ question, answer }) => [question, answer]);

/** All that its asker wrote, and that stands in what leaves the process. */
function hideInInput(input: AnswerInput, { hide }: Mask): AnswerInput {
  const question = hide(input.question);
  const schema = input.schema && changeTexts(input.schema, hide);
  return { ...input, question, schema, history: hideInTurns(input.history, hide) };
}

interface Masking {
  readonly input: AnswerInput;
  readonly masked: AnswerInput;
  /** Null: nothing is to be hidden. */
  readonly mask: Mask | null;
}

/** In this process the question is searched as it was asked; its words are hidden in all that comes out. */
async function* askChain(
  { answerQuestion, textLeaves }: GuardDeps,
  { input, masked, mask }: Masking,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  if (!mask) return yield* answerQuestion(input, signal);
  const onRecord = (record: AnswerRecord) => input.onRecord(hideInRecord(record, mask));
  const sent = textLeaves() ? masked : input;
  for await (const event of answerQuestion({ ...sent, onRecord }, signal)) yield hideInEvent(event, mask);
}

/** Only what is made of the question: quotes and sentences are the sources' own, at their offsets. */
function hideInEvent(event: AnswerEvent, { hide }: Mask): AnswerEvent {
  if (event.type === 'answer-started') return { ...event, question: hide(event.question) };
  if (event.type === 'question-condensed') return { ...event, standalone: hide(event.standalone) };
  return event.type === 'question-expanded' ? { ...event, ...hideInExpansion(event, hide) } : event;
}

type Expansion = Pick<NonNullable<AnswerRecord['expansion']>, 'original' | 'searched' | 'changes'>;

function hideInExpansion({ original, searched, changes }: Expansion, hide: Mask['hide']) {
  const hidden = changes.map(({ from, to, reason }) => ({ from: hide(from), to: hide(to), reason }));
  return { original: hide(original), searched: hide(searched), changes: hidden };
}

function hideInRecord(record: AnswerRecord, { hide }: Mask): AnswerRecord {
  const { expansion, parameters } = record;
  const hidden = expansion ? { expansion: { ...expansion, ...hideInExpansion(expansion, hide) } } : {};
  const asked = parameters ? { parameters: { ...parameters, history: hideInTurns(parameters.history, hide) } } : {};
  return { ...record, standalone: hide(record.standalone), ...asked, ...hidden };
}

function hideInTurns(turns: AnswerInput['history'], hide: Mask['hide']): AnswerInput['history'] {
  return turns.map(({ question, answer }) => ({ question: hide(question), answer: hide(answer) }));
}

function* refused(
  input: AnswerInput,
  degradation: Awaited<ReturnType<Check>>['degradation'],
): Generator<UnsequencedAnswerEvent> {
  const { answerId, conversationId, question, mode, locale, models } = input;
  const model = models?.[0] ?? 'extractive';
  yield { type: 'answer-started', answerId, conversationId, question, mode, model };
  if (degradation) yield degradation;
  const nothing = { promptVersions: {}, embedder: '', passages: [], refusal: null, rejectedQuotes: [] };
  input.onRecord({ standalone: question, ...nothing });
  const message = refusalMessage('unsafe-question', [], languageOfAsker(locale, question));
  yield { type: 'answer-refused', reason: 'unsafe-question', message, nearest: [] };
}
