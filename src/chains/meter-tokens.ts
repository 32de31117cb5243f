import type { Usage } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import { estimatePrompt, estimateTokens } from '../models/chat/estimate-tokens.ts';
import type { ChatModel, ChatRequest } from '../models/chat-model.ts';
import type { ChatPrice } from '../models/chat-price.ts';

export interface TokenMeterOptions {
  /** Tokens that all models read and write together; null or left out: as many as they like. */
  readonly limit?: number | null | undefined;
  /** US dollars for a million tokens of a model, by its id; null or left out: not known. */
  readonly priceOf?: (model: string) => ChatPrice | null;
}

export interface Spent {
  readonly usage: Usage;
  /** US dollars; null where the price of a model that was asked is not known. */
  readonly cost: number | null;
}

export interface TokenMeter {
  /** The model, its calls counted. A reply is cut where the limit ends; a call that has no room throws TOKEN_LIMIT_REACHED. */
  of(chat: ChatModel): ChatModel;
  /** Over all calls so far. */
  spent(): Spent;
}

/** Fewer leave no room for a reply. */
const leastReplyTokens = 16;

/**
 * Counts what chat models read and write over all their calls: what the server reports, else an estimate, as of a reply that broke off
 * or was left. A call that failed before its first token costs nothing, unless it was cancelled while the model read.
 */
export function createTokenMeter({ limit = null, priceOf = () => null }: TokenMeterOptions = {}): TokenMeter {
  const byModel = new Map<string, Usage>();
  const total = (): Usage => sumOf([...byModel.values()]);

  function count(model: string, usage: Usage): void {
    byModel.set(model, sumOf([byModel.get(model) ?? nothing, usage]));
  }

  function roomFor(request: ChatRequest): number {
    if (limit === null) return request.maxTokens;
    const { inputTokens, outputTokens } = total();
    const left = limit - inputTokens - outputTokens;
    const room = left - estimatePrompt(request);
    if (room >= leastReplyTokens) return Math.min(request.maxTokens, room);
    const detail = `The answer may use ${limit} tokens, and ${Math.max(0, left)} are left.`;
    throw new AppError('TOKEN_LIMIT_REACHED', detail);
  }

  return {
    of: (chat) => ({
      id: chat.id,
      async *stream(request, signal) {
        const metered = { ...request, maxTokens: roomFor(request) };
        let written: number | null = null;
        let reported: Usage | null = null;
        let hasFailed = false;
        try {
          for await (const chunk of chat.stream(metered, signal)) {
            if (chunk.type === 'usage') reported = chunk.usage;
            else written = (written ?? 0) + chunk.text.length;
            yield chunk;
          }
        } catch (error) {
          hasFailed = true;
          throw error;
        } finally {
          const wasRead = written !== null || !hasFailed || signal.aborted;
          const estimate = { inputTokens: estimatePrompt(request), outputTokens: estimateTokens(written ?? 0) };
          count(chat.id, reported ?? (wasRead ? estimate : nothing));
        }
      },
    }),
    spent: () => ({ usage: total(), cost: costOf(byModel, priceOf) }),
  };
}

const nothing: Usage = { inputTokens: 0, outputTokens: 0 };

function sumOf(usages: readonly Usage[]): Usage {
  return {
    inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
  };
}

function costOf(
  byModel: ReadonlyMap<string, Usage>,
  priceOf: NonNullable<TokenMeterOptions['priceOf']>,
): number | null {
  let cost = 0;
  for (const [model, { inputTokens, outputTokens }] of byModel) {
    const price = priceOf(model);
    if (price === null && inputTokens + outputTokens > 0) return null;
    cost += (inputTokens * (price?.input ?? 0) + outputTokens * (price?.output ?? 0)) / 1_000_000;
  }
  return cost;
}
