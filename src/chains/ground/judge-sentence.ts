import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { ChatModel } from '../../models/chat-model.ts';
import { fence, type Prompt } from '../prompts/load-prompts.ts';
import { toQuoteText } from '../quotes/quote-text.ts';
import { verifyQuote } from '../quotes/verify-quote.ts';
import { readJsonReply } from '../read-json-reply.ts';

export interface JudgeDeps {
  readonly chat: ChatModel;
  readonly prompt: Prompt;
}

/**
 * Asks whether quotes support a sentence. Throws MODEL_BAD_RESPONSE when the reply is no verdict or its own quote does not stand in the quotes,
 * else what the chat model throws.
 */
export type JudgeSentence = (sentence: string, quotes: readonly string[], signal: AbortSignal) => Promise<boolean>;

const deadlineMs = 4000;
const replyTokens = 300;

const Reply = z.object({ verdict: z.enum(['supported', 'not-supported']), quote: z.string() });
const schema = { name: 'verdict', schema: z.toJSONSchema(Reply) };

/** A chat model as second judge; it is held to what answers are held to: a verdict without a verbatim quote does not count. */
export function createSentenceJudge({ chat, prompt }: JudgeDeps): JudgeSentence {
  return async (sentence, quotes, signal) => {
    const fenced = quotes.map((quote, index) => fence('quote', `number="${index + 1}"`, quote)).join('\n');
    const messages = prompt.render({ quotes: fenced, sentence: fence('sentence', 'number="1"', sentence) });
    let text = '';
    for await (const chunk of chat.stream({ messages, maxTokens: replyTokens, deadlineMs, schema }, signal))
      if (chunk.type === 'text') text += chunk.text;
    const reply = Reply.safeParse(readJsonReply(text));
    if (!reply.success) throw new AppError('MODEL_BAD_RESPONSE', 'The judge did not write a verdict.');
    const { verdict, quote } = reply.data;
    if (!verifyQuote({ text: quote, passage: null }, quotes.map(toQuoteText)).verified)
      throw new AppError('MODEL_BAD_RESPONSE', 'The judge quoted what does not stand in the quotes.');
    return verdict === 'supported';
  };
}
