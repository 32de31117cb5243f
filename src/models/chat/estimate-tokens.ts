import type { ChatRequest } from '../chat-model.ts';

/** Less than tokenizers need for most languages, so that an estimate is rather too high; servers report what it really was. */
const charactersPerToken = 3;

export function estimateTokens(characters: number): number {
  return Math.ceil(characters / charactersPerToken);
}

/** What a request gives a model to read. */
export function estimatePrompt({ messages }: ChatRequest): number {
  return estimateTokens(messages.reduce((sum, { content }) => sum + content.length, 0));
}
