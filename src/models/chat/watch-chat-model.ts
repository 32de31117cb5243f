import { AppError } from '../../domain/errors.ts';
import type { ChatModel, ChatRequest } from '../chat-model.ts';
import { createHealthWatch, describeFailure, type HealthWatch, type ModelHealth } from '../health-watch.ts';

export interface WatchedChatModel extends ChatModel {
  readonly health: HealthWatch['health'];
}

interface WatchOptions {
  readonly now: () => number;
  /** Called when a model that worked fails, and when it works again. */
  readonly onChange: (model: string, health: ModelHealth) => void;
  /** Milliseconds that a question of ours may take. */
  readonly probeMs?: number;
}

const probe: ChatRequest = { messages: [{ role: 'user', content: 'Write OK.' }], maxTokens: 16 };

/** A chat model that remembers whether the last call got a reply: a server that answers late to a hurried call works all the same. */
export function watchChatModel(chat: ChatModel, { now, onChange, probeMs = 3_000 }: WatchOptions): WatchedChatModel {
  const stream: ChatModel['stream'] = async function* (request, signal) {
    let hasBegun = false;
    const begin = () => {
      if (!hasBegun) watch.note({ isWorking: true, detail: `${chat.id} answers` });
      hasBegun = true;
    };
    try {
      for await (const chunk of chat.stream(request, signal)) {
        begin();
        yield chunk;
      }
      begin();
    } catch (error) {
      const isHurried = request.deadlineMs !== undefined && AppError.from(error).code === 'DEADLINE_EXCEEDED';
      if (!hasBegun && !signal.aborted && !isHurried) watch.note({ isWorking: false, detail: describeFailure(error) });
      throw error;
    }
  };
  const ask = async (signal: AbortSignal) => {
    for await (const _chunk of stream(probe, signal)) return;
  };
  const watch = createHealthWatch({ ask, now, probeMs, onChange: (health) => onChange(chat.id, health) });
  return { id: chat.id, stream, health: watch.health };
}
