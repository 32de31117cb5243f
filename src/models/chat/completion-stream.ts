import { request } from 'undici';
import { AppError } from '../../domain/errors.ts';
import { ModelStatusError } from '../model-error.ts';

export interface CompletionServer {
  /** Ends before `/chat/completions`. */
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** What is read of the pieces of a reply that arrived together. */
export interface CompletionPart {
  readonly text: string;
  readonly isFinished: boolean;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | null;
}

/**
 * Streams one chat completion of the OpenAI protocol; what arrives together is given together. Leaving the loop or aborting
 * closes the connection. Throws ModelStatusError, MODEL_BAD_RESPONSE for what is no reply, and what the connection throws.
 */
export async function* streamCompletion(
  { baseUrl, apiKey }: CompletionServer,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): AsyncGenerator<CompletionPart> {
  const response = await request(`${baseUrl.replace(/\/+$/, '')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
    signal,
  });
  if (response.statusCode < 200 || response.statusCode > 299) {
    await response.body.dump();
    throw new ModelStatusError({ status: response.statusCode, headers: headersOf(response.headers) });
  }
  const reader = createEventReader();
  for await (const bytes of response.body) {
    const part = reader.push(bytes);
    if (part) yield part;
  }
  const part = reader.push(null);
  if (part) yield part;
}

/** Takes the stream's lines apart; null ends it. A line that is cut off by the end is no event. */
function createEventReader() {
  const decoder = new TextDecoder();
  let rest = '';
  return {
    push(bytes: Uint8Array | null): CompletionPart | null {
      rest += bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
      if (rest.length > longestLine) throw badResponse();
      const end = rest.lastIndexOf('\n');
      if (end < 0) return null;
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 1);
      return readLines(lines);
    },
  };
}

/** No event of the protocol is longer; a server that sends one does not end its lines. */
const longestLine = 1_000_000;

function readLines(lines: readonly string[]): CompletionPart | null {
  let text = '';
  let isFinished = false;
  let usage: CompletionPart['usage'] = null;
  let events = 0;
  for (const line of lines) {
    if (!line.startsWith('data:')) continue;
    const data = line.slice(5).trim();
    if (data === '[DONE]') continue;
    const { choices, usage: counted, error } = parseChunk(data);
    if (error !== undefined) throw badResponse();
    const choice = choices?.[0];
    text += choice?.delta?.content ?? '';
    isFinished ||= typeof choice?.finish_reason === 'string';
    if (counted) usage = { inputTokens: counted.prompt_tokens ?? 0, outputTokens: counted.completion_tokens ?? 0 };
    events += 1;
  }
  return events > 0 ? { text, isFinished, usage } : null;
}

/** The fields of the protocol's chunks that are read; any of them may be missing. */
interface CompletionChunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
  readonly error?: unknown;
}

/** What the parser says of a broken chunk holds text of the reply, so that it goes no further. */
function parseChunk(data: string): CompletionChunk {
  try {
    const chunk: unknown = JSON.parse(data);
    if (typeof chunk === 'object' && chunk !== null) return chunk;
  } catch {
    // Falls through to the same error.
  }
  throw badResponse();
}

function badResponse(): AppError {
  return new AppError('MODEL_BAD_RESPONSE', 'The model server sent something that is no reply of the OpenAI protocol.');
}

function headersOf(headers: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const wait = headers['retry-after'];
  return new Headers(typeof wait === 'string' ? { 'retry-after': wait } : {});
}
