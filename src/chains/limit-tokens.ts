import { AppError } from '../domain/errors.ts';
import { estimatePrompt, estimateTokens } from '../models/chat/estimate-tokens.ts';
import type { ChatModel } from '../models/chat-model.ts';

/** Fewer leave no room for a reply. */
const leastReplyTokens = 16;

/**
 * Chat models that read and write so many tokens together, over all their calls; null: as many as they like. A reply is cut
 * where they end. A call that has no room throws TOKEN_LIMIT_REACHED.
 */
export function createTokenLimit(limit: number | null | undefined): (chat: ChatModel) => ChatModel {
  if (limit === null || limit === undefined) return (chat) => chat;
  let left = limit;
  return (chat) => ({
    id: chat.id,
    async *stream(request, signal) {
      const read = estimatePrompt(request);
      const room = left - read;
      if (room < leastReplyTokens)
        throw new AppError(
          'TOKEN_LIMIT_REACHED',
          `The answer may use ${limit} tokens, and ${Math.max(0, left)} are left.`,
        );
      let written = 0;
      let reported: number | null = null;
      try {
        for await (const chunk of chat.stream({ ...request, maxTokens: Math.min(request.maxTokens, room) }, signal)) {
          if (chunk.type === 'text') written += chunk.text.length;
          else reported = chunk.usage.inputTokens + chunk.usage.outputTokens;
          yield chunk;
        }
      } finally {
        left -= reported ?? read + estimateTokens(written);
      }
    },
  });
}
