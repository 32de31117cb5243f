import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { analyze } from '../models/sparse/analyze.ts';
import type { AnswerInput } from './answer-question.ts';
import { fence, type Prompt } from './prompts/load-prompts.ts';

export interface CondenseDeps {
  readonly chat: ChatModel | null;
  readonly prompt: Prompt;
}

export interface Condensed {
  /** Understandable without the conversation; the question itself when it was so already. */
  readonly standalone: string;
  readonly isChanged: boolean;
  /** Why the rules were used in place of the model; null when they were not. */
  readonly degradedBy: AppError | null;
}

type Turn = AnswerInput['history'][number];

const deadlineMs = 3000;
const turnsShown = 3;
const longestTurn = 600;
const longestStandalone = 600;
/** Questions with fewer content words seldom stand on their own within a conversation. */
const fewestTerms = 3;
const borrowedWords = 10;
/** A last question that gives fewer words than this said little; its answer tells the rest. */
const fewestBorrowed = 2;

const continues = /^\W*(?:and|or|but|also|what about|how about|same|then|so|ok(?:ay)?|und|et|y)\b/i;
const pointsBack =
  /\b(?:it|its|they|them|their|theirs|this|these|that|those|one|ones|there|he|she|him|her|his|former|latter|same|either|both|instead|otherwise)\b/i;
/** `that` and `there` that point at nothing before. */
const pointsNowhere =
  /\b(?:is|are|was|were) there\b|\bthere (?:is|are|a|an|any)\b|\b\w+s? that (?:is|are|was|has|have|can|will|do|does)\b|\bit (?:possible|take|cost)\b/gi;
const wordsOfQuestions =
  /^(?:how|what|when|where|who|whom|which|why|do|does|did|done|can|could|may|might|should|would|must|will|shall|is|are|was|were|be|been|has|have|had|i|me|my|we|us|our|you|your|get|got|long|many|much|a|an|the|to|of|on|in|for|by|with|and|or|if|at|from|it|its|they|them|their|this|that|there|than|then|so|not|no|yes|about|kept)$/i;

/** Whether a question needs the turns before it to be understood. */
export function dependsOnHistory(question: string): boolean {
  if (continues.test(question)) return true;
  if (pointsBack.test(question.replace(pointsNowhere, ' '))) return true;
  return (
    analyze(question).filter((term) => !wordsOfQuestions.test(question.slice(term.start, term.end))).length <
    fewestTerms
  );
}

/**
 * Makes a follow-up stand on its own: by the chat model where there is one, else, and when it fails or takes longer than
 * three seconds, by rules. Throws only the signal's reason.
 */
export async function condenseQuestion(
  { chat, prompt }: CondenseDeps,
  { question, history }: Pick<AnswerInput, 'question' | 'history'>,
  signal: AbortSignal,
): Promise<Condensed> {
  const last = history.at(-1);
  if (!last || !dependsOnHistory(question)) return { standalone: question, isChanged: false, degradedBy: null };
  let degradedBy: AppError | null = null;
  if (chat) {
    try {
      const rewritten = await rewrite({ chat, prompt }, { question, history }, signal);
      return { standalone: rewritten, isChanged: rewritten !== question, degradedBy: null };
    } catch (error) {
      signal.throwIfAborted();
      degradedBy = AppError.from(error);
    }
  }
  const standalone = condenseByRules(question, last);
  return { standalone, isChanged: standalone !== question, degradedBy };
}

async function rewrite(
  { chat, prompt }: { chat: ChatModel; prompt: Prompt },
  { question, history }: Pick<AnswerInput, 'question' | 'history'>,
  signal: AbortSignal,
): Promise<string> {
  const turns = history
    .slice(-turnsShown)
    .map((turn, index) =>
      fence('turn', `number="${index + 1}"`, `Question: ${cut(turn.question)}\nAnswer: ${cut(turn.answer)}`),
    );
  const messages = prompt.render({ history: turns.join('\n'), question });
  let text = '';
  for await (const chunk of chat.stream({ messages, maxTokens: 120, deadlineMs }, signal))
    if (chunk.type === 'text') text += chunk.text;
  const line = text.trim().replace(/^["'“]+|["'”]+$/g, '');
  if (line === '' || line.includes('\n') || line.length > longestStandalone)
    throw new AppError('MODEL_BAD_RESPONSE', 'The model did not write one question.');
  return line;
}

function cut(text: string): string {
  return text.length > longestTurn ? `${text.slice(0, longestTurn)}…` : text;
}

/**
 * Appends what the last turn was about: the content words of its question, without the names that the follow-up replaces
 * by its own, and, where that question said little, those of its answer.
 */
export function condenseByRules(question: string, last: Turn): string {
  const own = wordsOf(question);
  const replacesNames = continues.test(question) && own.some(isName);
  const isNew = (word: string) => !own.some((other) => sameWord(other, word));
  const asked = wordsOf(last.question);
  const replaced = replacesNames ? asked.filter(isName) : [];
  const isKept = (word: string) => isNew(word) && !replaced.some((name) => sameWord(name, word));
  const fromQuestion = asked.filter(isKept);
  const fromAnswer = fromQuestion.length < fewestBorrowed ? wordsOf(last.answer).filter(isKept) : [];
  const borrowed = unique([...fromQuestion, ...fromAnswer]).slice(0, borrowedWords);
  return borrowed.length === 0 ? question : `${question.trim()} (${borrowed.join(' ')})`;
}

/** Content words as they stand, names with their capitals; the first word of a sentence counts as lower case. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}][\p{L}\p{N}'’._-]*[\p{L}\p{N}]|[\p{L}\p{N}]/gu)]
    .map((match) => {
      const isFirst = /(?:^|[.!?]\s+)\W*$/.test(text.slice(Math.max(0, match.index - 6), match.index));
      return isFirst && /^\p{Lu}\p{Ll}+$/u.test(match[0]) ? match[0].toLowerCase() : match[0];
    })
    .filter((word) => !wordsOfQuestions.test(word));
}

function isName(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

function sameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function unique(words: readonly string[]): string[] {
  return words.filter((word, index) => words.findIndex((other) => sameWord(other, word)) === index);
}
