import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Prompt } from '../../src/chains/prompts/load-prompts.ts';
import { type QuoteText, toQuoteText } from '../../src/chains/quotes/quote-text.ts';
import { verifyQuote } from '../../src/chains/quotes/verify-quote.ts';
import { readJsonReply } from '../../src/chains/read-json-reply.ts';
import { AppError } from '../../src/domain/errors.ts';
import { estimatePrompt } from '../../src/models/chat/estimate-tokens.ts';
import type { ChatMessage, ChatModel, ChatRequest } from '../../src/models/chat-model.ts';
import { hashOf } from '../hash-of.ts';
import { type Prices, priced } from '../targets/price-answer.ts';
import { addPaid, type JudgeLedger, nothingPaid, outOfBudget, type Paid } from './judge-ledger.ts';
import type { VerdictCache } from './verdict-cache.ts';
import type { JudgeReply } from './verdict-record.ts';

/** Changes when the same reply would be read as another verdict. */
export const judgeVersion = 2;

export interface JudgeModel {
  readonly chat: ChatModel;
  /** Where the model runs, as in `api.openai.com`. */
  readonly provider: string;
  /** Null: nobody knows. */
  readonly prices: Prices | null;
}

/** One question to a judge, and what makes its reply a verdict. */
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

export interface JudgeContext {
  readonly signal: AbortSignal;
  readonly ledger: JudgeLedger;
}

/** Which call of a model it is, and for whom. */
export interface JudgeTurn {
  /** From 0: each number is asked anew. */
  readonly repeat: number;
  readonly temperature: number;
  /** The model that could not be reached. */
  readonly standsFor: string | null;
}

export type Reading<T> = { readonly verdict: T } | { readonly fault: string };

/**
 * Asks one model and reads its reply. What is no verdict is sent back once with what is wrong with it; the second reply counts, or is a fault. The
 * same question is asked once: callers at the same time share the call, later ones read the reply. Throws `outOfBudget`, what the
 * chat model throws, or the signal's reason; neither these nor faults are kept for later runs.
 */
export type AskJudge = <T>(task: JudgeTask<T>, turn: JudgeTurn, context: JudgeContext) => Promise<Reading<T>>;

/** Metrics ask alike of the same answer one after the other. */
const recentReplies = 500;

export function createJudge(model: JudgeModel, cache: VerdictCache | null): AskJudge {
  const running = new Map<string, Promise<JudgeReply>>();
  const recent = new LRUCache<string, JudgeReply>({ max: recentReplies });
  const { chat, provider } = model;
  return async (task, turn, { signal, ledger }) => {
    const { repeat, temperature, standsFor } = turn;
    const request: ChatRequest = {
      messages: task.prompt.render(task.values),
      maxTokens: task.maxTokens,
      temperature,
      schema: { name: task.name, schema: z.toJSONSchema(task.schema) },
    };
    const key = hashOf([provider, chat.id, request, task.prompt.version, judgeVersion, repeat]);
    const asked = { key, task: task.name, provider, model: chat.id, repeat, prompt: task.prompt.version, standsFor };
    const just = recent.get(key);
    if (just) return failedOr(readReply(task, just));
    const told = await ledger.told(key);
    const before = told === null ? null : readReply(task, { reply: told });
    if (before && 'verdict' in before) return before;
    const kept = (await cache?.get(key)) ?? null;
    const known = kept && readReply(task, kept);
    if (kept && known && (cache?.isRecording || 'verdict' in known)) {
      await ledger.note({ ...asked, outcome: kept, kept: true, ...nothingPaid });
      return failedOr(known);
    }
    const reply = await shared(running, key, signal, async () => {
      const { outcome, paid } = await askUntilValid({ model, request, task, signal, ledger });
      await ledger.note({ ...asked, outcome, kept: false, ...paid });
      if (!('failure' in outcome)) recent.set(key, outcome);
      if ('reply' in outcome) await cache?.set(key, outcome.reply, { provider, model: chat.id, prompt: asked.prompt });
      return outcome;
    });
    return failedOr(readReply(task, reply));
  };
}

type Read<T> = Reading<T> | { readonly failure: AppError };

function failedOr<T>(read: Read<T>): Reading<T> {
  if ('failure' in read) throw read.failure;
  return read;
}

function readReply<T>(task: JudgeTask<T>, reply: JudgeReply): Read<T> {
  if ('failure' in reply) return { failure: new AppError(reply.failure.code, reply.failure.detail) };
  return 'fault' in reply ? reply : readVerdict(task, reply.reply);
}

/** A caller that leaves takes its call along; the others then make one of their own. */
async function shared<T>(
  running: Map<string, Promise<T>>,
  key: string,
  signal: AbortSignal,
  ask: () => Promise<T>,
): Promise<T> {
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
    if (outcome.error === outOfBudget || outcome.error instanceof AppError) throw outcome.error;
  }
}

interface Asking {
  readonly model: JudgeModel;
  readonly request: ChatRequest;
  readonly task: JudgeTask<unknown>;
  readonly signal: AbortSignal;
  readonly ledger: JudgeLedger;
}

/** Throws `outOfBudget` and the signal's reason; what the model server did is part of the outcome. */
async function askUntilValid(asking: Asking): Promise<{ readonly outcome: JudgeReply; readonly paid: Paid }> {
  const { request, task, signal } = asking;
  const calls: Paid[] = [];
  const pay = (paid: Paid) => calls.push(paid);
  const ask = async (messages: readonly ChatMessage[]) => {
    const text = await askOnce(asking, { ...request, messages }, pay);
    return { text, read: readVerdict(task, text) };
  };
  try {
    let { text, read } = await ask(request.messages);
    if ('fault' in read) {
      const content = `That is no verdict: ${read.fault} Write the whole JSON again, mended, and nothing else.`;
      ({ text, read } = await ask([
        ...request.messages,
        { role: 'assistant', content: text },
        { role: 'user', content },
      ]));
    }
    return {
      outcome: 'fault' in read ? { fault: read.fault } : { reply: text },
      paid: calls.reduce(addPaid, nothingPaid),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error === outOfBudget) throw error;
    const { code, detail } = AppError.from(error);
    return { outcome: { failure: { code, detail } }, paid: calls.reduce(addPaid, nothingPaid) };
  }
}

async function askOnce(
  { model, signal, ledger }: Asking,
  request: ChatRequest,
  pay: (paid: Paid) => void,
): Promise<string> {
  const prices = model.prices ?? undefined;
  const most = { calls: 1, inputTokens: estimatePrompt(request), outputTokens: request.maxTokens, cost: null };
  const forecast = priced(most, prices);
  if (!(await ledger.reserve(forecast))) throw outOfBudget;
  let usage = { inputTokens: 0, outputTokens: 0 };
  let text = '';
  try {
    for await (const chunk of model.chat.stream(request, signal))
      if (chunk.type === 'text') text += chunk.text;
      else usage = chunk.usage;
    return text;
  } finally {
    const paid = { usage: { ...usage, calls: 1 }, cost: priced({ ...usage, cost: null }, prices).cost };
    ledger.settle(forecast, paid);
    pay(paid);
  }
}

function readVerdict<T>(task: JudgeTask<T>, text: string): Reading<T> {
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

/** Whether a quote stands in one of the texts, by the verifier of answers; which one does not matter. */
export function createQuoteCheck(texts: readonly string[]): (quote: string) => boolean {
  const sources: readonly QuoteText[] = texts.map(toQuoteText);
  return (text) => sources.some((source) => verifyQuote({ text, passage: 0 }, [source]).verified);
}
