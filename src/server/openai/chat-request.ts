import { z } from '@hono/zod-openapi';
import { conversationLimits } from '../../chains/condense/fit-conversation.ts';
import { describeValue, invalidRequest } from '../../domain/errors.ts';
import { text } from '../schemas.ts';
import { answerOptions } from '../start-answer.ts';

const Part = z.object({
  type: z.enum(['text', 'refusal']),
  text: z.string().optional(),
  refusal: z.string().optional(),
});

const ChatMessage = z
  .object({
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content: z.union([z.string(), z.array(Part).max(100)], 'a text, or parts of the type text').nullish(),
    refusal: z.string().nullish(),
    tool_calls: asksNothing('none: no tool is called here'),
    function_call: asksNothing('none: no function is called here'),
  })
  .openapi('ChatMessage');
type ChatMessage = z.output<typeof ChatMessage>;

const ignored = { number: z.number().nullish(), text: z.string().nullish(), flag: z.boolean().nullish() };

/** What changes how a model writes, but nothing of what the documents say. */
const ignoredParameters = {
  temperature: ignored.number,
  top_p: ignored.number,
  presence_penalty: ignored.number,
  frequency_penalty: ignored.number,
  max_tokens: ignored.number,
  max_completion_tokens: ignored.number,
  seed: ignored.number,
  user: ignored.text,
  safety_identifier: ignored.text,
  prompt_cache_key: ignored.text,
  prompt_cache_retention: ignored.text,
  service_tier: ignored.text,
  reasoning_effort: ignored.text,
  verbosity: ignored.text,
  store: ignored.flag,
  parallel_tool_calls: ignored.flag,
  metadata: z.record(z.string(), z.string()).nullish(),
};

/** What would be answered wrongly if it were ignored. */
const refusedParameters = {
  n: z.literal(1, { error: '1: there is one answer' }).nullish(),
  tools: asksNothing('none: no tool is called, answers come from the documents'),
  tool_choice: asksNothing('none: no tool is called', ['none', 'auto']),
  functions: asksNothing('none: no function is called, answers come from the documents'),
  function_call: asksNothing('none: no function is called', ['none', 'auto']),
  response_format: z
    .object({ type: z.literal('text') }, '{"type": "text"}: an answer is a text with citations')
    .nullish(),
  logprobs: asksNothing('false: sentences of documents have no probabilities of tokens', [false]),
  top_logprobs: asksNothing('0: sentences of documents have no probabilities of tokens', [0]),
  logit_bias: asksNothing('none: words are the documents’ own'),
  stop: asksNothing('none: an answer ends with its last proven sentence'),
  modalities: z.array(z.literal('text'), '["text"]').nullish(),
  audio: asksNothing('none: answers are text'),
  prediction: asksNothing('none: an answer is not predicted'),
  web_search_options: asksNothing('none: answers come from the documents, not from the web'),
};

export const ChatRequest = z
  .strictObject({
    model: z.string().max(200),
    messages: z.array(ChatMessage).min(1).max(1000).openapi({
      description:
        'The last one, of the role user, is the question; the turns before it make a follow-up understood. Messages of the roles system and developer change nothing.',
    }),
    stream: z.boolean().nullish(),
    stream_options: z
      .object({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
      .nullish(),
    ...answerOptions,
    ...ignoredParameters,
    ...refusedParameters,
  })
  .openapi('ChatCompletionRequest');
export type ChatRequest = z.output<typeof ChatRequest>;

const Question = text(4000, 1);
/** Longer than what a follow-up is read with, so that the chain sees that it cuts it and says so. */
const longestEarlierText = conversationLimits.characters + 1;

interface AskedChat {
  readonly question: string;
  /** Earlier turns, oldest first. */
  readonly history: readonly { question: string; answer: string }[];
}

/** The question and what was said before it. Throws INVALID_REQUEST where the last message is no question. */
export function readChat(messages: readonly ChatMessage[]): AskedChat {
  const last = messages.at(-1);
  const field = `messages.${messages.length - 1}`;
  if (last?.role !== 'user')
    throw invalidRequest([
      { field: `${field}.role`, expected: 'user, as the last message is the question', received: `${last?.role}` },
    ]);
  const question = Question.safeParse(textOf(last));
  if (!question.success)
    throw invalidRequest([
      {
        field: `${field}.content`,
        expected: 'a question of 1 to 4000 characters without null characters',
        received: describeValue(textOf(last)),
      },
    ]);
  return { question: question.data, history: readTurns(messages.slice(0, -1)) };
}

function readTurns(messages: readonly ChatMessage[]): AskedChat['history'] {
  const turns: { question: string; answer: string }[] = [];
  for (const message of messages) {
    const said = textOf(message).toWellFormed().replaceAll('\0', '').slice(0, longestEarlierText);
    const open = turns.at(-1);
    if (message.role === 'user') turns.push({ question: said, answer: '' });
    else if (message.role === 'assistant' && open) open.answer = `${open.answer}\n${said}`.trim();
  }
  return turns;
}

function textOf({ content, refusal }: ChatMessage): string {
  if (typeof content === 'string') return content;
  const parts = (content ?? []).map((part) => part.text ?? part.refusal ?? '');
  return parts.length > 0 ? parts.join('\n') : (refusal ?? '');
}

/** A parameter that may only be sent empty, or with one of the values that ask for nothing. */
function asksNothing(expected: string, neutral: readonly unknown[] = []) {
  return z
    .unknown()
    .refine((value) => value === undefined || value === null || isEmpty(value) || neutral.includes(value), expected)
    .optional()
    .openapi({ description: `Expected: ${expected}.` });
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
