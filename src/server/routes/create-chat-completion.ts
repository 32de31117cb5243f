import type { AnswerId } from '../../domain/ids.ts';
import { finishedAnswer, followEvents } from '../answer-events.ts';
import { type App, type AppContext, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import { eventStreamResponse } from '../event-stream.ts';
import { idempotencyHeaders } from '../idempotency.ts';
import { ChatCompletion, ChatCompletionChunk, toCompletion } from '../openai/chat-completion.ts';
import { ChatRequest, readChat } from '../openai/chat-request.ts';
import { completionFrames } from '../openai/completion-chunks.ts';
import { openAiErrors } from '../openai/error-response.ts';
import { answererNamed } from '../openai/model-names.ts';
import type { RouteDeps } from '../route-deps.ts';
import { startAnswer } from '../start-answer.ts';

const route = defineRoute(
  'read',
  {
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'createChatCompletion',
    summary: 'Ask a question as a program of OpenAI’s does',
    description:
      'The same answers as of `POST /v1/answers`, under the same id. A disconnect stops the answer, unless it has an Idempotency-Key to come back with.',
    request: {
      headers: idempotencyHeaders,
      body: { required: true, content: { 'application/json': { schema: ChatRequest } } },
    },
    responses: {
      200: {
        description: 'The answer with its citations, or the refusal; or its chunks.',
        content: {
          'application/json': { schema: ChatCompletion },
          'text/event-stream': { schema: ChatCompletionChunk },
        },
      },
    },
  },
  { errors: openAiErrors, isQuestion: true },
);

export function registerCreateChatCompletion(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const { model, messages, stream, stream_options, ...options } = c.req.valid('json');
    const answerer = answererNamed(deps, model);
    const { id } = await startAnswer(c, deps, {
      ...options,
      ...readChat(messages),
      model: answerer,
      conversationId: null,
    });
    stopWithClient(c, deps, id);
    const asked = { model, baseUrl: c.get('baseUrl') };
    if (!stream) return c.json(toCompletion(await finishedAnswer(c, deps, id), asked), 200);
    const includeUsage = stream_options?.include_usage ?? false;
    const open = await followEvents(c, deps, { id, after: -1 });
    return eventStreamResponse(c, (signal) => completionFrames(open?.(signal) ?? [], { ...asked, includeUsage }));
  });
}

/** Nobody can come back to a completion whose connection is gone, except with the key that it was made under. */
function stopWithClient(c: AppContext, { runs, log }: RouteDeps, id: AnswerId): void {
  if (c.req.header('idempotency-key') !== undefined) return;
  const principal = principalOf(c);
  const { signal } = c.req.raw;
  const stop = () => {
    runs.stop(principal, id).catch((error: unknown) => log.warn({ err: error }, 'an answer could not be stopped'));
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
}
