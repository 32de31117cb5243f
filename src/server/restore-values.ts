import type { Answer, AnswerEvent, Sentence } from '../domain/answer.ts';

/** Puts the values back that placeholders stand for; for the asker alone. */
export type Restore = (text: string) => string;

/** The event as its asker reads it. Quotes are the sources' own words and stay. */
export function restoreEvent(event: AnswerEvent, restore: Restore): AnswerEvent {
  switch (event.type) {
    case 'answer-started':
      return { ...event, question: restore(event.question) };
    case 'question-condensed':
      return { ...event, standalone: restore(event.standalone) };
    case 'question-expanded': {
      const changes = event.changes.map(({ from, to, reason }) => ({ from: restore(from), to: restore(to), reason }));
      return { ...event, original: restore(event.original), searched: restore(event.searched), changes };
    }
    case 'text-delta':
    case 'sentence-finished':
      return { ...event, text: restore(event.text) };
    case 'answer-finished':
      return { ...event, text: restore(event.text), sentences: restoreSentences(event.sentences, restore) };
    default:
      return event;
  }
}

/** The answer as its asker reads it. */
export function restoreAnswer(answer: Answer, restore: Restore): Answer {
  const { question, text, sentences } = answer;
  return {
    ...answer,
    question: restore(question),
    text: restore(text),
    sentences: restoreSentences(sentences, restore),
  };
}

function restoreSentences(sentences: readonly Sentence[], restore: Restore): Sentence[] {
  return sentences.map((sentence) => ({ ...sentence, text: restore(sentence.text) }));
}
