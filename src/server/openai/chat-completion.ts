import { z } from '@hono/zod-openapi';
import { withTextFragment } from '../../chains/quotes/text-fragment.ts';
import type { Answer, Quote, Sentence, Usage } from '../../domain/answer.ts';

const Annotation = z
  .object({
    type: z.literal('url_citation'),
    url_citation: z.object({
      start_index: z.int().openapi({ description: 'Where the sentence begins in the content, in UTF-16 units.' }),
      end_index: z.int().openapi({ description: 'Behind its last character.' }),
      title: z.string(),
      url: z.string(),
    }),
    quote: z.object({
      text: z.string(),
      documentId: z.string(),
      version: z.int(),
      start: z.int(),
      end: z.int(),
    }),
  })
  .openapi('UrlCitation', { description: 'The quote is verified: it is `content.slice(start, end)` of that version.' });
export type Annotation = z.output<typeof Annotation>;

const CompletionUsage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });

const base = { id: z.string(), created: z.int(), model: z.string() };
const logprobs = z.null();

export const ChatCompletion = z
  .object({
    ...base,
    object: z.literal('chat.completion'),
    choices: z.array(
      z.object({
        index: z.literal(0),
        message: z.object({
          role: z.literal('assistant'),
          content: z.string().nullable(),
          refusal: z.string().nullable(),
          annotations: z.array(Annotation),
        }),
        logprobs,
        finish_reason: z.literal('stop'),
      }),
    ),
    usage: CompletionUsage,
  })
  .openapi('ChatCompletion');
export type ChatCompletion = z.output<typeof ChatCompletion>;

const Delta = z.object({
  role: z.literal('assistant').optional(),
  content: z.string().optional(),
  refusal: z.string().nullable().optional(),
  annotations: z.array(Annotation).optional(),
});
export type Delta = z.output<typeof Delta>;

export const ChatCompletionChunk = z
  .object({
    ...base,
    object: z.literal('chat.completion.chunk'),
    choices: z.array(
      z.object({ index: z.literal(0), delta: Delta, logprobs, finish_reason: z.literal('stop').nullable() }),
    ),
    usage: CompletionUsage.nullable().optional(),
  })
  .openapi('ChatCompletionChunk');
export type ChatCompletionChunk = z.output<typeof ChatCompletionChunk>;

interface Asked {
  /** The name that was asked for. */
  readonly model: string;
  /** Where documents without an address of their own are read. */
  readonly baseUrl: string;
}

/** A finished or refused answer as a completion of the same id. */
export function toCompletion(answer: Answer, { model, baseUrl }: Asked): ChatCompletion {
  const message = answer.refusal
    ? { content: null, refusal: answer.refusal.message, annotations: [] }
    : { content: answer.text, refusal: null, annotations: annotationsOf(answer, baseUrl) };
  return {
    id: answer.id,
    object: 'chat.completion',
    created: unixSeconds(answer.createdAt),
    model,
    choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: 'stop' }],
    usage: toUsage(answer.usage),
  };
}

interface Cited {
  readonly text: string;
  readonly sentences: readonly Sentence[];
  readonly quotes: readonly Quote[];
}

/** One annotation for each quote of each sentence, in the order of the text. */
export function annotationsOf({ text, sentences, quotes }: Cited, baseUrl: string): Annotation[] {
  let from = 0;
  return sentences.flatMap(({ text: sentence, citations }) => {
    const start = text.indexOf(sentence, from);
    if (start < 0) return [];
    from = start + sentence.length;
    const cited = citations.flatMap((number) => quotes.find((quote) => quote.number === number) ?? []);
    return cited.map((quote) => toAnnotation(quote, { start, end: from, baseUrl }));
  });
}

interface CitedPlace {
  readonly start: number;
  readonly end: number;
  readonly baseUrl: string;
}

function toAnnotation(quote: Quote, { start, end, baseUrl }: CitedPlace): Annotation {
  const { text, documentId, version, title } = quote;
  return {
    type: 'url_citation',
    url_citation: { start_index: start, end_index: end, title, url: addressOf(quote, baseUrl) },
    quote: { text, documentId, version, start: quote.start, end: quote.end },
  };
}

/** A citation must have an address: what has none on the web is read here, with the key of the asker. */
function addressOf({ uri, documentId, version, text }: Quote, baseUrl: string): string {
  if (uri !== null && /^https?:/i.test(uri)) return uri;
  const content = `${baseUrl}/v1/documents/${documentId}/content?version=${version}`;
  return withTextFragment(content, text) ?? content;
}

export function toUsage({ inputTokens, outputTokens }: Usage): z.output<typeof CompletionUsage> {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

export function unixSeconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}
