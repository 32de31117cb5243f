import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { splitQuestion } from '../retrieve/split-question.ts';
import { keepsToConversation } from './condense/keeps-to-conversation.ts';
import type { Prompt } from './prompts/load-prompts.ts';
import { readJsonReply } from './read-json-reply.ts';

export interface FoundParts {
  /** The questions that one question asks; empty when it asks one thing. */
  readonly parts: readonly string[];
  readonly askedModel: boolean;
  /** Why the rules were used in place of the model; null when they were not. */
  readonly degradedBy: AppError | null;
}

const deadlineMs = 2000;
const replyTokens = 240;
const mostParts = 4;
const longestPart = 600;
/** Shorter questions seldom ask two things; the model is not asked about them. */
const fewestWords = 8;
/** What joins two things that are asked, in the languages that are met most. */
const joins =
  /[?？؟].*\p{L}|(?:^|\s)(?:and|or|vs\.?|versus|between|und|oder|et|ou|y|e|o|en|och|og|ja|i|и|или)(?:\s|$)|\sو|[和与跟及或]/iu;

const Reply = z.object({ questions: z.array(z.string().trim().min(1).max(longestPart)).min(1).max(mostParts) });
const replySchema = { name: 'parts_of_question', schema: z.toJSONSchema(Reply) };

/**
 * The parts of a question: by the chat model where there is one and the question looks as if it asked several things, else, and when the
 * model fails, takes longer than two seconds or writes what nobody asked, by rules. Throws only the signal's reason.
 */
export async function findParts(
  { chat, prompt }: { chat: ChatModel | null; prompt: Prompt },
  question: string,
  signal: AbortSignal,
): Promise<FoundParts> {
  if (!chat || !mayAskSeveral(question)) return { parts: splitQuestion(question), askedModel: false, degradedBy: null };
  try {
    return { parts: await askModel({ chat, prompt }, question, signal), askedModel: true, degradedBy: null };
  } catch (error) {
    signal.throwIfAborted();
    return { parts: splitQuestion(question), askedModel: true, degradedBy: AppError.from(error) };
  }
}

function mayAskSeveral(question: string): boolean {
  const words = question.match(/[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]|[\p{L}\p{N}]+/gu) ?? [];
  return words.length >= fewestWords && joins.test(question);
}

async function askModel(
  { chat, prompt }: { chat: ChatModel; prompt: Prompt },
  question: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  let text = '';
  const request = { messages: prompt.render({ question }), maxTokens: replyTokens, deadlineMs, schema: replySchema };
  for await (const chunk of chat.stream(request, signal)) if (chunk.type === 'text') text += chunk.text;
  const reply = Reply.safeParse(readJsonReply(text));
  if (!reply.success) throw new AppError('MODEL_BAD_RESPONSE', 'The model did not write one to four questions.');
  const parts = [...new Set(reply.data.questions)];
  // A part holds only some of the question's words, so that the parts together have to keep them.
  if (!keepsToConversation(parts.join(' '), { question, history: [], topic: null }))
    throw new AppError('MODEL_BAD_RESPONSE', 'The model wrote questions that were not asked.');
  return parts.length > 1 ? parts : [];
}
