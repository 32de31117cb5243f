import { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import type { ChatModel } from '../models/chat-model.ts';
import { keepsToConversation } from './condense/keeps-to-conversation.ts';
import { fence, type Prompt } from './prompts/load-prompts.ts';
import { readJsonReply } from './read-json-reply.ts';

/** A section to ask about. */
export interface SectionText {
  readonly title: string;
  readonly heading: string;
  readonly text: string;
}

const deadlineMs = 4000;
const tokensPerQuestion = 40;
const longestExcerpt = 400;
const longestQuestion = 160;

const Reply = z.object({ questions: z.array(z.string().trim()) });
const replySchema = { name: 'questions_on_passages', schema: z.toJSONSchema(Reply) };

/**
 * A question of the chat model's on each section, in one call; null where it wrote none that is made of the section's words.
 * Throws what the model throws, MODEL_BAD_RESPONSE for another number of questions, or the signal's reason.
 */
export async function phraseFollowUps(
  { chat, prompt }: { chat: ChatModel; prompt: Prompt },
  sections: readonly SectionText[],
  signal: AbortSignal,
): Promise<(string | null)[]> {
  const passages = sections.map(({ title, heading, text }, index) =>
    fence('passage', `number="${index + 1}"`, `${title} > ${heading}\n${text.slice(0, longestExcerpt)}`),
  );
  const messages = prompt.render({ passages: passages.join('\n') });
  const request = { messages, maxTokens: tokensPerQuestion * sections.length, deadlineMs, schema: replySchema };
  let written = '';
  for await (const chunk of chat.stream(request, signal)) if (chunk.type === 'text') written += chunk.text;
  const reply = Reply.safeParse(readJsonReply(written));
  if (!reply.success || reply.data.questions.length !== sections.length)
    throw new AppError('MODEL_BAD_RESPONSE', 'The model did not write one question for each passage.');
  return sections.map((section, index) => acceptable(reply.data.questions[index] ?? '', section));
}

/** What the model says beside the section's words, such as an address, is not passed on to the reader. */
function acceptable(question: string, { title, heading, text }: SectionText): string | null {
  const isQuestion = question.length <= longestQuestion && /^[^\n]*\p{L}[^\n]*[?？]$/u.test(question);
  const said = {
    question: heading,
    history: [{ question: title, answer: text.slice(0, longestExcerpt) }],
    topic: null,
  };
  return isQuestion && keepsToConversation(question, said) ? question : null;
}
