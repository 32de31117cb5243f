import type { Usage } from '../domain/answer.ts';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Tokens that the reply may have at most. */
  readonly maxTokens: number;
  /** 0 when left out. Reasoning models that take none are asked without it. */
  readonly temperature?: number;
  /** Milliseconds for the whole reply; the model's default when left out. */
  readonly deadlineMs?: number;
  /** JSON schema that the reply should follow. Servers without structured output are asked without it: the prompt must say it too. */
  readonly schema?: { readonly name: string; readonly schema: Readonly<Record<string, unknown>> };
}

/** Pieces of the reply in order; `usage` comes once, last, where the server reports it. */
export type ChatChunk =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'usage'; readonly usage: Usage };

export interface ChatModel {
  /** The model's name at its provider. */
  readonly id: string;
  /**
   * Streams one reply. Breaking out of the loop or aborting closes the connection.
   * Throws MODEL_REJECTED_KEY, MODEL_RATE_LIMITED, MODEL_UNAVAILABLE, MODEL_BAD_RESPONSE, DEADLINE_EXCEEDED or the signal's
   * reason; MODEL_BAD_RESPONSE also after text, when the reply breaks off.
   */
  stream(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk>;
}
