import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { ChatModel } from '../../models/chat-model.ts';
import { fence, type Prompt } from '../prompts/load-prompts.ts';
import { readJsonReply } from '../read-json-reply.ts';
import type { Conversation } from './focus.ts';
import { keepsToConversation } from './keeps-to-conversation.ts';

const deadlineMs = 3000;
const longestStandalone = 600;
const replyTokens = 160;

const Reply = z.strictObject({ standalone: z.string() });
const replySchema = { name: 'standalone_question', schema: z.toJSONSchema(Reply) };

/**
 * Asks the model for the standalone question, in one call. Throws what the model throws, and MODEL_BAD_RESPONSE when the reply is not
 * one question or is not made of what was said.
 */
export async function rewriteWithModel(
  { chat, prompt }: { chat: ChatModel; prompt: Prompt },
  input: { readonly question: string } & Conversation,
  signal: AbortSignal,
): Promise<string> {
  const turns = input.history.map(({ question, answer }, index) =>
    fence('turn', `number="${index + 1}"`, `Question: ${question}\nAnswer: ${answer}`),
  );
  const messages = prompt.render({ history: turns.join('\n'), question: input.question });
  let text = '';
  const request = { messages, maxTokens: replyTokens, deadlineMs, schema: replySchema };
  for await (const chunk of chat.stream(request, signal)) if (chunk.type === 'text') text += chunk.text;
  const question = readReply(text);
  if (question === '' || question.includes('\n') || question.length > longestStandalone)
    throw new AppError('MODEL_BAD_RESPONSE', 'The model did not write one question.');
  if (!keepsToConversation(question, input))
    throw new AppError('MODEL_BAD_RESPONSE', 'The model wrote a question that the conversation does not hold.');
  return question;
}

/** The field of a JSON object; a server without structured output may write the bare question. */
function readReply(text: string): string {
  const parsed = Reply.loose().safeParse(readJsonReply(text));
  if (parsed.success) return parsed.data.standalone.trim();
  const bare = text.trim();
  return /^(?:```|\{)/.test(bare) ? '' : bare.replace(/^["'“]+|["'”]+$/g, '');
}
