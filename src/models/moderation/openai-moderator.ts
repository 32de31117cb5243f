import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { createCallGuard } from '../call-guard.ts';
import { createDeadline } from '../deadline.ts';
import { ModelStatusError, toModelError } from '../model-error.ts';
import type { Moderator } from '../moderator.ts';

export interface OpenAiModeratorOptions {
  readonly apiKey: string | null;
  /** Ends in /v1. */
  readonly baseUrl: string;
  readonly deadlineMs?: number;
  readonly retryDelayMs?: number;
}

const Reply = z.object({
  results: z.array(z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.boolean()) })).min(1),
});
const longestReply = 100_000;

/** Asks `POST /moderations` of a server that speaks the OpenAI protocol. */
export function createOpenAiModerator(options: OpenAiModeratorOptions): Moderator {
  const { deadlineMs = 3_000, retryDelayMs = 100 } = options;
  const guard = createCallGuard(retryDelayMs);
  return {
    id: 'openai',
    async moderate(text, signal) {
      const deadline = createDeadline(deadlineMs);
      const either = AbortSignal.any([signal, deadline.signal]);
      try {
        const { results } = await guard.execute(() => ask(options, text, either), either);
        const categories = results.flatMap((result) =>
          Object.keys(result.categories).filter((name) => result.categories[name]),
        );
        return { isFlagged: results.some(({ flagged }) => flagged), categories };
      } catch (error) {
        signal.throwIfAborted();
        throw deadline.signal.aborted ? deadline.signal.reason : toModelError(error);
      } finally {
        deadline.stop();
      }
    },
  };
}

async function ask(
  { apiKey, baseUrl }: OpenAiModeratorOptions,
  input: string,
  signal: AbortSignal,
): Promise<z.output<typeof Reply>> {
  const headers = {
    'content-type': 'application/json',
    ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/moderations`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'omni-moderation-latest', input }),
    redirect: 'error',
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new ModelStatusError(response);
  }
  const body = (await response.text()).slice(0, longestReply);
  const reply = Reply.safeParse(parseJson(body));
  if (!reply.success)
    throw new AppError('MODEL_BAD_RESPONSE', 'The moderation server sent something else than a verdict.');
  return reply.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
