import { analyze } from '../../models/sparse/analyze.ts';
import { functionWords } from './depends-on-history.ts';
import type { Conversation } from './focus.ts';

/** Words that a rewrite may bring itself: a noun of category, a verb that grammar wants. */
const newWordsAllowed = 0.2;
/** Of the follow-up's own content words, those that a rewrite keeps. */
const ownWordsKept = 0.5;
const identifier = /[\p{N}_@/\\]|\p{L}\.\p{L}/u;

/**
 * Whether a rewritten question is made of what was said: nearly all its content words stand in the question or the conversation, every
 * number, code and address does, and it still asks what the question asked. A rewrite that follows an instruction hidden in
 * an answer brings words from elsewhere or forgets the question.
 */
export function keepsToConversation(
  rewritten: string,
  { question, history, topic }: { question: string } & Conversation,
): boolean {
  const own = termsOf(question);
  const said = new Set([
    ...own,
    ...termsOf(topic ?? ''),
    ...history.flatMap((turn) => [...termsOf(turn.question), ...termsOf(turn.answer)]),
  ]);
  const written = termsOf(rewritten);
  const added = [...written].filter((term) => !said.has(term));
  if (written.size === 0 || added.some((term) => identifier.test(term))) return false;
  const kept = [...own].filter((term) => written.has(term));
  return added.length <= newWordsAllowed * written.size && kept.length >= ownWordsKept * own.size;
}

/** Content words as search compares them. Both texts are read as one language, so that the same word gives the same term. */
function termsOf(text: string): Set<string> {
  return new Set(
    analyze(text, 'en')
      .filter(({ start, end }) => !functionWords.test(text.slice(start, end)))
      .map((term) => term.text),
  );
}
