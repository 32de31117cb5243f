import { type AnswerEvent, isFinalEvent, type Usage } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { EventFrame } from '../event-stream.ts';
import { annotationsOf, type ChatCompletionChunk, type Delta, toUsage, unixSeconds } from './chat-completion.ts';
import { type OpenAiError, toOpenAiError } from './error-response.ts';

interface Asked {
  readonly model: string;
  readonly baseUrl: string;
  readonly includeUsage: boolean;
}

const done: EventFrame = { data: '[DONE]' };

/**
 * The frames of a streamed completion. Citations come in one delta after the text: clients take the last list of
 * annotations as the whole one.
 */
export async function* completionFrames(
  batches: AsyncIterable<readonly AnswerEvent[]> | Iterable<readonly AnswerEvent[]>,
  asked: Asked,
): AsyncGenerator<readonly EventFrame[]> {
  const toChunks = createChunkWriter(asked);
  for await (const batch of batches) {
    const frames = batch.flatMap((event): EventFrame[] => {
      const written = toChunks(event).map((data) => ({ data }));
      return isFinalEvent(event) && event.type !== 'answer-failed' ? [...written, done] : written;
    });
    if (frames.length > 0) yield frames;
  }
}

type Chunk = ChatCompletionChunk | OpenAiError;

/** Turns the events of one answer, in their order, into the chunks of its completion. */
export function createChunkWriter({ model, baseUrl, includeUsage }: Asked): (event: AnswerEvent) => Chunk[] {
  let id = '';
  let created = 0;
  const chunk = (choices: ChatCompletionChunk['choices'], usage: Usage | null = null): ChatCompletionChunk => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices,
    ...(includeUsage ? { usage: usage && toUsage(usage) } : {}),
  });
  const delta = (part: Delta, finish_reason: 'stop' | null = null) =>
    chunk([{ index: 0, delta: part, logprobs: null, finish_reason }]);
  const end = (usage: Usage) => [delta({}, 'stop'), ...(includeUsage ? [chunk([], usage)] : [])];

  return (event) => {
    switch (event.type) {
      case 'answer-started':
        id = event.answerId;
        created = unixSeconds(event.at);
        return [delta({ role: 'assistant', refusal: null })];
      case 'text-delta':
        return [delta({ content: event.text })];
      case 'answer-finished':
        return [delta({ annotations: annotationsOf(event, baseUrl) }), ...end(event.usage)];
      case 'answer-refused':
        return [delta({ refusal: event.message }), ...end({ inputTokens: 0, outputTokens: 0 })];
      case 'answer-failed':
        return [toOpenAiError(new AppError(event.error.code, event.error.detail, { errors: event.error.errors }))];
      default:
        return [];
    }
  };
}
