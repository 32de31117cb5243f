import { AppError } from '../../domain/errors.ts';
import { createCallGuard } from '../call-guard.ts';
import type { ChatChunk, ChatModel, ChatRequest } from '../chat-model.ts';
import { createDeadline } from '../deadline.ts';
import { toModelError } from '../model-error.ts';
import { type CompletionPart, type CompletionServer, streamCompletion } from './completion-stream.ts';
import { createStructuredOutput, responseFormatOf } from './structured-output.ts';

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

/** No text has longer tokens on average; a server that sends more than was asked for is not listened to. */
const charactersPerToken = 20;

const openAiUrl = 'https://api.openai.com/v1';

/** A chat model behind any server that speaks the OpenAI protocol. */
export async function createOpenAiChatModel(options: OpenAiChatOptions): Promise<ChatModel> {
  const server = { baseUrl: options.baseUrl ?? openAiUrl, apiKey: options.apiKey };
  const guard = createCallGuard(options.retryDelayMs ?? 300);
  const structured = createStructuredOutput();
  return {
    id: options.model,
    async *stream(request, signal) {
      signal.throwIfAborted();
      const deadline = createDeadline(request.deadlineMs ?? options.totalMs ?? 60_000);
      const leaving = new AbortController();
      const both = AbortSignal.any([signal, deadline.signal, leaving.signal]);
      try {
        const firstTokenMs = Math.min(options.firstTokenMs ?? 30_000, request.deadlineMs ?? Number.POSITIVE_INFINITY);
        const open = (asked: ChatRequest) =>
          guard.execute(() => openReply(server, bodyOf(options.model, asked), { signal: both, firstTokenMs }), both);
        const opened = await structured.orWithout(request, open);
        yield* readReply(opened, request.maxTokens * charactersPerToken);
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

/** OpenAI's reasoning models take no temperature and count their tokens under another name. */
const reasoningModel = /^(?:o\d|gpt-5)/;

function bodyOf(model: string, request: ChatRequest): Record<string, unknown> {
  const { messages, maxTokens, temperature = 0 } = request;
  const limits = reasoningModel.test(model)
    ? { max_completion_tokens: maxTokens }
    : { temperature, max_tokens: maxTokens };
  return { model, messages, ...limits, ...responseFormatOf(request) };
}

interface OpenReply {
  readonly first: IteratorResult<CompletionPart>;
  readonly parts: AsyncIterator<CompletionPart>;
}

/** Resolves with the first part, so that a call may still be retried when nothing was said yet. */
async function openReply(
  server: CompletionServer,
  body: Record<string, unknown>,
  { signal, firstTokenMs }: { signal: AbortSignal; firstTokenMs: number },
): Promise<OpenReply> {
  const deadline = createDeadline(firstTokenMs);
  const closing = new AbortController();
  try {
    const parts = streamCompletion(server, body, AbortSignal.any([signal, deadline.signal, closing.signal]));
    return { first: await parts.next(), parts };
  } catch (error) {
    closing.abort();
    throw deadline.signal.aborted ? deadline.signal.reason : error;
  } finally {
    deadline.stop();
  }
}

async function* readReply({ first, parts }: OpenReply, charactersMax: number): AsyncGenerator<ChatChunk> {
  let characters = 0;
  let isFinished = false;
  for (let next = first; !next.done; next = await nextPart(parts)) {
    const { text, usage } = next.value;
    isFinished ||= next.value.isFinished;
    const taken = text.slice(0, charactersMax - characters);
    characters += taken.length;
    if (taken !== '') yield { type: 'text', text: taken };
    if (taken.length < text.length)
      throw new AppError('MODEL_BAD_RESPONSE', 'The model server sent a reply that does not end.');
    if (usage) yield { type: 'usage', usage };
  }
  if (!isFinished) throw brokeOff();
}

async function nextPart(parts: AsyncIterator<CompletionPart>): Promise<IteratorResult<CompletionPart>> {
  try {
    return await parts.next();
  } catch (error) {
    throw error instanceof AppError ? error : brokeOff(error);
  }
}

function brokeOff(cause?: unknown): AppError {
  return new AppError('MODEL_BAD_RESPONSE', 'The reply of the model server broke off.', { cause });
}
