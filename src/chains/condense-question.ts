import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { condenseByRules } from './condense/condense-by-rules.ts';
import { dependsOnHistory } from './condense/depends-on-history.ts';
import { fitConversation } from './condense/fit-conversation.ts';
import type { Turn } from './condense/focus.ts';
import { rewriteWithModel } from './condense/rewrite-with-model.ts';
import type { Prompt } from './prompts/load-prompts.ts';

export interface CondenseDeps {
  readonly chat: ChatModel | null;
  readonly prompt: Prompt;
}

export interface CondenseInput {
  readonly question: string;
  /** Earlier turns, oldest first. */
  readonly history: readonly Turn[];
  /** What the whole conversation is about, where it has a title; null or left out when nothing says. */
  readonly topic?: string | null;
}

export interface Condensed {
  /** Understandable without the conversation; the question itself when it was so already. */
  readonly standalone: string;
  readonly isChanged: boolean;
  /** Whether rules wrote it, which know no meaning: a question on something new may look like a follow-up. */
  readonly isByRules: boolean;
  /** Why the rules were used in place of the model; null when they were not. */
  readonly degradedBy: AppError | null;
  /** What of a longer conversation was read, in words; null when all of it was, or nothing had to be. */
  readonly cutTo: string | null;
}

/**
 * Makes a follow-up stand on its own, read with as much of the conversation as `fitConversation` leaves: by the chat model where there is one, else, and when it fails, takes longer than three seconds or
 * writes what nobody said, by rules. The result is a search query and nothing else. Throws only the signal's reason.
 */
export async function condenseQuestion(
  { chat, prompt }: CondenseDeps,
  { question, history: whole, topic = null }: CondenseInput,
  signal: AbortSignal,
): Promise<Condensed> {
  if ((whole.length === 0 && topic === null) || !dependsOnHistory(question))
    return { standalone: question, isChanged: false, isByRules: false, degradedBy: null, cutTo: null };
  const { turns: history, cutTo } = fitConversation(whole);
  let degradedBy: AppError | null = null;
  if (chat) {
    try {
      const standalone = await rewriteWithModel({ chat, prompt }, { question, history, topic }, signal);
      return { standalone, isChanged: standalone !== question, isByRules: false, degradedBy: null, cutTo };
    } catch (error) {
      signal.throwIfAborted();
      degradedBy = AppError.from(error);
    }
  }
  const standalone = condenseByRules(question, { history, topic });
  return { standalone, isChanged: standalone !== question, isByRules: true, degradedBy, cutTo };
}
