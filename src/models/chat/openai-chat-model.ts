import type { ChatOpenAI } from '@langchain/openai';
import { AppError } from '../../domain/errors.ts';
import { createCallGuard } from '../call-guard.ts';
import type { ChatChunk, ChatMessage, ChatModel, ChatRequest } from '../chat-model.ts';
import { createDeadline } from '../deadline.ts';
import { toModelError } from '../model-error.ts';

export interface OpenAiChatOptions {
  readonly model: string;
  readonly apiKey: string;
  /** Null: OpenAI's own. */
  readonly baseUrl: string | null;
  /** Milliseconds until the first text of a reply. */
  readonly firstTokenMs?: number;
  /** Milliseconds for a whole reply. */
  readonly totalMs?: number;
  /** Milliseconds between a failed call and its one retry, unless the server says how long. */
  readonly retryDelayMs?: number;
}

/** Longer replies than any answer needs; a server that sends more is not listened to. */
const maximumCharacters = 200_000;

/** A chat model behind any server that speaks the OpenAI protocol, through LangChain's `ChatOpenAI`. */
export async function createOpenAiChatModel(options: OpenAiChatOptions): Promise<ChatModel> {
  // Loaded only where a chat model is configured: it takes longer than the rest of the start together.
  const { ChatOpenAI } = await import('@langchain/openai');
  const client = (maxTokens: number) =>
    new ChatOpenAI({
      model: options.model,
      apiKey: options.apiKey,
      temperature: 0,
      maxTokens,
      maxRetries: 0,
      streamUsage: true,
      // The client would print what it cannot parse, and that may hold text of the sources.
      configuration: { logLevel: 'off', ...(options.baseUrl ? { baseURL: options.baseUrl } : {}) },
    });
  const guard = createCallGuard(options.retryDelayMs ?? 300);
  return {
    id: options.model,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const deadline = createDeadline(request.deadlineMs ?? options.totalMs ?? 60_000);
      const leaving = new AbortController();
      const both = AbortSignal.any([signal, deadline.signal, leaving.signal]);
      try {
        const firstTokenMs = Math.min(options.firstTokenMs ?? 30_000, request.deadlineMs ?? Number.POSITIVE_INFINITY);
        const opened = await guard.execute(
          () => openReply(client(request.maxTokens), request, { signal: both, firstTokenMs }),
          both,
        );
        yield* readReply(opened);
      } catch (error) {
        signal.throwIfAborted();
        throw toModelError(deadline.signal.aborted ? deadline.signal.reason : error);
      } finally {
        deadline.stop();
        leaving.abort();
      }
    },
  };
}

/** What is read of LangChain's message chunks. */
interface ReplyChunk {
  readonly text: string;
  readonly response_metadata: Readonly<Record<string, unknown>>;
  readonly usage_metadata?: { readonly input_tokens: number; readonly output_tokens: number } | undefined;
}

interface OpenReply {
  readonly first: IteratorResult<ReplyChunk>;
  readonly chunks: AsyncIterator<ReplyChunk>;
}

/** Resolves with the first chunk, so that a call may still be retried when nothing was said yet. */
async function openReply(
  client: ChatOpenAI,
  request: ChatRequest,
  { signal, firstTokenMs }: { signal: AbortSignal; firstTokenMs: number },
): Promise<OpenReply> {
  const deadline = createDeadline(firstTokenMs);
  const closing = new AbortController();
  try {
    const reply = await client.stream(request.messages.map(toTuple), {
      signal: AbortSignal.any([signal, deadline.signal, closing.signal]),
    });
    const chunks = reply[Symbol.asyncIterator]();
    return { first: await chunks.next(), chunks };
  } catch (error) {
    closing.abort();
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  } finally {
    deadline.stop();
  }
}

async function* readReply({ first, chunks }: OpenReply): AsyncGenerator<ChatChunk> {
  let characters = 0;
  let isFinished = false;
  for (let next = first; !next.done; next = await chunks.next()) {
    const chunk = next.value;
    isFinished ||= typeof chunk.response_metadata.finish_reason === 'string';
    characters += chunk.text.length;
    if (characters > maximumCharacters)
      throw new AppError('MODEL_BAD_RESPONSE', 'The model server sent a reply that does not end.');
    if (chunk.text !== '') yield { type: 'text', text: chunk.text };
    const usage = chunk.usage_metadata;
    if (usage) yield { type: 'usage', usage: { inputTokens: usage.input_tokens, outputTokens: usage.output_tokens } };
  }
  if (!isFinished) throw new AppError('MODEL_BAD_RESPONSE', 'The reply of the model server broke off.');
}

function toTuple({ role, content }: ChatMessage): [string, string] {
  return [role, content];
}
