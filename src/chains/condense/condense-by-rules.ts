import { guessLanguage } from '../../models/sparse/languages.ts';
import { appendWords } from './append-words.ts';
import { dependsOnHistory } from './depends-on-history.ts';
import { completeEllipsis } from './ellipsis.ts';
import { type Conversation, type Entity, entitiesOf, knownNames, type Turn } from './focus.ts';
import { namesOf } from './names.ts';
import { pluralPhraseOf, singularPhraseOf } from './phrases.ts';
import { type Pronoun, pronounsOf } from './pronouns.ts';

/** Longer names are sentences that happen to be capitalised. */
const longestReferent = 80;
/** Of each earlier text, in characters: what a turn is about stands at its beginning. */
const mostRead = 1_000;
/** A longer question is no pattern for the next one, in characters. */
const longestPattern = 300;

/**
 * Makes a follow-up stand on its own without a model: completes what it leaves out, else puts the thing that a pronoun stands for in
 * its place, else says after the question what it is about. English in place; other languages by the words of the last turn only.
 */
export function condenseByRules(question: string, conversation: Conversation): string {
  const written = writeStandalone(question, conversation);
  return isMadeOfWords(written, question, conversation) ? written : question;
}

/** Where letters of another script touch English words, a word could be cut in two; such a rewrite is thrown away. */
function isMadeOfWords(written: string, question: string, { history, topic }: Conversation): boolean {
  const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const earlier = history.flatMap((turn) => [turn.question.slice(0, mostRead), turn.answer.slice(0, mostRead)]);
  // The possessive is the only thing that the rules add.
  const said = new Set(['s', ...[question, topic ?? '', ...earlier].flatMap(wordsOf)]);
  return written === question || wordsOf(written).every((word) => said.has(word));
}

function writeStandalone(question: string, conversation: Conversation): string {
  const history = conversation.history.map((turn) => ({
    question: turn.question.slice(0, mostRead),
    answer: turn.answer.slice(0, mostRead),
  }));
  const last = history.at(-1);
  if (guessLanguage(question).code !== 'en') return last ? appendWords(question, last) : question;
  const resolved = { history: resolveHistory({ ...conversation, history }), topic: conversation.topic };
  const inPlace = rewriteInPlace(question, resolved);
  if (inPlace !== null) return inPlace;
  const [main] = entitiesOf(resolved);
  if (resolved.topic !== null && main)
    return isUnnamed(question, main, resolved) ? appendEntity(question, main) : question;
  return last ? appendWords(question, resolved.history.at(-1) ?? last) : question;
}

/** Each earlier question as it was understood, so that a chain of pronouns leads back to its name. */
function resolveHistory({ history, topic }: Conversation): Turn[] {
  const resolved: Turn[] = [];
  for (const { question, answer } of history) {
    const isOpen = dependsOnHistory(question) && guessLanguage(question).code === 'en';
    const standalone = isOpen ? rewriteInPlace(question, { history: [...resolved], topic }) : null;
    resolved.push({ question: standalone ?? question, answer });
  }
  return resolved;
}

/** Null when the question neither leaves out a phrase nor holds a pronoun that the conversation explains. */
function rewriteInPlace(question: string, conversation: Conversation): string | null {
  const previous = conversation.history.at(-1) ?? null;
  const completed =
    previous && previous.question.length <= longestPattern ? completeEllipsis(question, previous.question) : null;
  return completed ?? replacePronoun(question, { entities: entitiesOf(conversation), previous, conversation });
}

interface Reference {
  readonly entities: readonly Entity[];
  readonly previous: Turn | null;
  readonly conversation: Conversation;
}

/** The first pronoun that points out of the question gives way to its referent; null when there is none of either. */
function replacePronoun(question: string, reference: Reference): string | null {
  const own = namesOf(question, knownNames(reference.conversation));
  for (const pronoun of pronounsOf(question)) {
    if (own.some(({ start }) => start < pronoun.start)) return null;
    const referent = referentOf(pronoun, reference);
    if (referent !== null && referent.length <= longestReferent)
      return `${question.slice(0, pronoun.start)}${inflect(referent, pronoun)}${question.slice(pronoun.end)}`;
  }
  return null;
}

/** A conversation with a title is about what the title names; else the last question's phrases are nearer than its names. */
function referentOf({ person }: Pronoun, { entities, previous, conversation }: Reference): string | null {
  const name = entities[0]?.name ?? null;
  const asked = previous?.question ?? '';
  if (conversation.topic !== null || person === 'he' || person === 'she') return name;
  if (person === 'it') return singularPhraseOf(asked) ?? name;
  const plural = pluralPhraseOf(asked);
  return name !== null && (plural === null || isSubject(name, asked)) ? name : plural;
}

/** `Team` in `Can guests join on Team?` only says where. */
function isSubject(name: string, question: string): boolean {
  const at = question.indexOf(name);
  return at >= 0 && !/\b(?:at|by|for|from|in|of|on|to|with)\s+(?:the\s+)?$/i.test(question.slice(0, at));
}

function inflect(referent: string, { isPossessive, start }: Pronoun): string {
  const placed = start === 0 ? `${referent.charAt(0).toUpperCase()}${referent.slice(1)}` : referent;
  return isPossessive ? `${placed}'s` : placed;
}

/** Neither the entity, nor a part of its name, nor anybody else: a question with a name of its own says what it is about. */
function isUnnamed(question: string, { name }: Entity, conversation: Conversation): boolean {
  const words = new Set(question.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu));
  const parts = name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return !parts.some((part) => words.has(part)) && namesOf(question, knownNames(conversation)).length === 0;
}

function appendEntity(question: string, { name }: Entity): string {
  const end = /[\s?!.]*$/.exec(question)?.index ?? question.length;
  return `${question.slice(0, end)} (${name})${question.slice(end)}`;
}
