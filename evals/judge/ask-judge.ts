import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Prompt } from '../../src/chains/prompts/load-prompts.ts';
import { type QuoteText, toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import { verifyQuote } from '../../src/chains/quotes/verify-quote.ts';
import { readJsonReply } from '../../src/chains/read-json-reply.ts';
import type { Usage } from '../../src/domain/answer.ts';
import { AppError } from '../../src/domain/errors.ts';
import type { ChatMessage, ChatModel, ChatRequest } from '../../src/models/chat-model.ts';
import type { VerdictCache } from './verdict-cache.ts';

/** Changes when the same reply would be read as another verdict. */
export const judgeVersion = 1;

export interface JudgeDeps {
  readonly chat: ChatModel;
  /** Where the model runs, as in `api.openai.com`. */
  readonly provider: string;
  /** Null keeps nothing. */
  readonly cache: VerdictCache | null;
  /** Called with the tokens of each call; not for kept verdicts. */
  readonly onUsage?: (usage: Usage) => void;
}

/** One question to the judge, and what makes its reply a verdict. */
export interface JudgeTask<T> {
  /** Of the schema, for the model server. */
  readonly name: string;
  readonly prompt: Prompt;
  readonly schema: z.ZodType<T>;
  /** For the places of the prompt. */
  readonly values: Readonly<Record<string, string>>;
  readonly maxTokens: number;
  /** What is wrong with a reply that fits the schema, in words that tell the model what to mend; null when it holds. */
  fault(reply: T): string | null;
}

/**
 * Asks the judge and gives its verdict. A reply that is none is sent back once with what is wrong with it. The same question is asked once:
 * callers at the same time share the call, later ones read the kept reply. Throws MODEL_BAD_RESPONSE when the second reply is no verdict
 * either, else what the chat model throws, or the signal's reason; nothing of it is kept.
 */
export type AskJudge = <T>(task: JudgeTask<T>, signal: AbortSignal) => Promise<T>;

/** Model, prompt, schema and version in one name: verdicts with the same fingerprint are by the same judge. */
export function judgeFingerprint(
  model: string,
  { prompt, schema }: Pick<JudgeTask<unknown>, 'prompt' | 'schema'>,
): string {
  return `${model} ${hashOf([model, prompt.version, z.toJSONSchema(schema), judgeVersion]).slice(0, 32)}`;
}

export function createJudge(deps: JudgeDeps): AskJudge {
  const running = new Map<string, Promise<string>>();
  const { chat, provider, cache } = deps;
  return async (task, signal) => {
    const request: ChatRequest = {
      messages: task.prompt.render(task.values),
      maxTokens: task.maxTokens,
      schema: { name: task.name, schema: z.toJSONSchema(task.schema) },
    };
    const key = hashOf([provider, chat.id, request, task.prompt.version, judgeVersion]);
    const kept = await cache?.get(key);
    const known = typeof kept === 'string' ? readVerdict(task, kept) : null;
    if (known && 'verdict' in known) return known.verdict;
    if (known && cache?.recordingsOnly) throw noVerdict(known.fault);
    const reply = await shared(running, key, signal, async () => {
      const text = await askUntilValid(deps, request, task, signal);
      await cache?.set(key, text, { provider, model: chat.id, prompt: task.prompt.version });
      return text;
    });
    const read = readVerdict(task, reply);
    if ('verdict' in read) return read.verdict;
    throw noVerdict(read.fault);
  };
}

/** A caller that leaves takes its call along; the others then make one of their own. */
async function shared(
  running: Map<string, Promise<string>>,
  key: string,
  signal: AbortSignal,
  ask: () => Promise<string>,
): Promise<string> {
  for (;;) {
    signal.throwIfAborted();
    const others = running.get(key);
    if (!others) {
      const own = ask().finally(() => running.delete(key));
      running.set(key, own);
      return await own;
    }
    const outcome = await others.then(
      (reply) => ({ reply }),
      (error: unknown) => ({ error }),
    );
    if ('reply' in outcome) return outcome.reply;
    if (outcome.error instanceof AppError) throw outcome.error;
  }
}

async function askUntilValid<T>(
  deps: JudgeDeps,
  request: ChatRequest,
  task: JudgeTask<T>,
  signal: AbortSignal,
): Promise<string> {
  const first = await readReply(deps, request, signal);
  const read = readVerdict(task, first);
  if ('verdict' in read) return first;
  const repair: readonly ChatMessage[] = [
    ...request.messages,
    { role: 'assistant', content: first },
    {
      role: 'user',
      content: `That is no verdict: ${read.fault} Write the whole JSON again, mended, and nothing else.`,
    },
  ];
  const second = await readReply(deps, { ...request, messages: repair }, signal);
  const mended = readVerdict(task, second);
  if ('verdict' in mended) return second;
  throw noVerdict(mended.fault);
}

async function readReply({ chat, onUsage }: JudgeDeps, request: ChatRequest, signal: AbortSignal): Promise<string> {
  let text = '';
  for await (const chunk of chat.stream(request, signal))
    if (chunk.type === 'text') text += chunk.text;
    else onUsage?.(chunk.usage);
  return text;
}

function readVerdict<T>(task: JudgeTask<T>, text: string): { readonly verdict: T } | { readonly fault: string } {
  const json = readJsonReply(text);
  if (json === null) return { fault: 'it is not JSON.' };
  const parsed = task.schema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { fault: `${issue?.path.join('.') || 'the JSON'} does not fit: ${issue?.message}.` };
  }
  const fault = task.fault(parsed.data);
  return fault === null ? { verdict: parsed.data } : { fault };
}

const noVerdict = (fault: string) => new AppError('MODEL_BAD_RESPONSE', `The judge wrote no verdict: ${fault}`);

/** Whether a quote stands in one of the texts, by the verifier of answers; which one does not matter. */
export function createQuoteCheck(texts: readonly string[]): (quote: string) => boolean {
  const sources: readonly QuoteText[] = texts.map(toQuoteText);
  return (text) => sources.some((source) => verifyQuote({ text, passage: 0 }, [source]).verified);
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
