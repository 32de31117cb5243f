import { splitSentences } from '../../domain/sentences.ts';
import type { Turn } from './focus.ts';

/** What a follow-up is read with: the newest turns, about 1,500 tokens of them. */
export const conversationLimits = { turns: 6, characters: 4_500 } as const;

export interface FittedConversation {
  /** Oldest first. */
  readonly turns: readonly Turn[];
  /** What is left of a conversation that was cut, in words; null when it was not. */
  readonly cutTo: string | null;
}

/**
 * The newest turns, each of them whole, as far as they fit together. Of a newest turn that does not fit by itself, question and answer
 * are cut behind the last sentence that does: what a text is about stands at its beginning.
 */
export function fitConversation(history: readonly Turn[]): FittedConversation {
  const newest = history.at(-1);
  if (!newest) return { turns: [], cutTo: null };
  if (lengthOf(newest) > conversationLimits.characters) {
    const question = cutAtSentence(newest.question, conversationLimits.characters / 2);
    const answer = cutAtSentence(newest.answer, conversationLimits.characters - question.length);
    return { turns: [{ question, answer }], cutTo: 'a part of the newest turn' };
  }
  const turns: Turn[] = [];
  let left: number = conversationLimits.characters;
  for (const turn of history.slice(-conversationLimits.turns).reverse()) {
    left -= lengthOf(turn);
    if (left < 0) break;
    turns.unshift(turn);
  }
  const isCut = turns.length < history.length;
  return { turns, cutTo: isCut ? `the newest ${turns.length === 1 ? 'turn' : `${turns.length} turns`}` : null };
}

const lengthOf = ({ question, answer }: Turn) => question.length + answer.length;

function cutAtSentence(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const end = splitSentences(text.slice(0, longest + 1)).findLast((sentence) => sentence.end <= longest)?.end;
  return text.slice(0, end ?? longest).toWellFormed();
}
