import { z } from 'zod';
import { fence, readPrompt } from '../../src/chains/prompts/load-prompts.ts';
import { readJsonReply } from '../../src/chains/read-json-reply.ts';
import { AppError } from '../../src/domain/errors.ts';
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { ChatModel } from '../../src/models/chat-model.ts';
import { shuffle } from './pairs.ts';
import type { IndexedPassage, PassageIndex } from './passage-index.ts';
import type { Draft } from './synthesize.ts';

const prompt = () => readPrompt(new URL('./synthesize-question.v1.md', import.meta.url));
const deadlineMs = 60_000;
const maxTokens = 400;
/** One question in so many is asked of two passages of different documents. */
const pairedEvery = 8;
/** Shorter passages hold too little to ask about. */
const fewestCharacters = 120;
/** So many failures one after the other mean that the model is not there. */
const mostFailures = 5;

const Reply = z.object({
  question: z.string().trim().min(1),
  answer: z.string().trim().min(1),
  quotes: z.array(z.object({ passage: z.int().min(1), quote: z.string().trim().min(1) })).min(1),
});
const replySchema = { name: 'question_on_passages', schema: z.toJSONSchema(Reply) };

export interface ModelDrafts {
  readonly drafts: readonly Draft[];
  /** Replies that were no question, did not quote each passage, or quoted one that was not given. */
  readonly unusable: number;
  /** Calls that failed. */
  readonly failed: number;
}

interface ModelOptions {
  readonly chat: ChatModel;
  readonly count: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Asks a chat model for a question on each of `count` passages, and on two of different documents now and then. Whether its quotes stand in the
 * documents is looked at by `synthesize`. Throws what the model throws when it fails five times in a row.
 */
export async function draftWithModel(
  { passages }: PassageIndex,
  { chat, count, seed, signal, onProgress }: ModelOptions,
): Promise<ModelDrafts> {
  const random = createRandom(seed);
  const asked = shuffle(
    passages.filter(({ text }) => text.length >= fewestCharacters),
    random,
  );
  const drafts: Draft[] = [];
  let [unusable, failed, inARow] = [0, 0, 0];
  const total = Math.min(count, asked.length);
  for (const [at, passage] of asked.slice(0, total).entries()) {
    signal.throwIfAborted();
    const given = [passage, ...(at % pairedEvery === pairedEvery - 1 ? otherPassage(passage, asked, random) : [])];
    try {
      const draft = await draftOf(given, chat, signal);
      if (draft) drafts.push(draft);
      else unusable += 1;
      inARow = 0;
    } catch (error) {
      signal.throwIfAborted();
      failed += 1;
      inARow += 1;
      if (inARow >= mostFailures) throw AppError.from(error);
    }
    onProgress(at + 1, total);
  }
  return { drafts, unusable, failed };
}

function otherPassage(passage: IndexedPassage, passages: readonly IndexedPassage[], random: Random): IndexedPassage[] {
  const others = passages.filter(({ document }) => document.id !== passage.document.id);
  return others.length === 0 ? [] : [random.pick(others)];
}

async function draftOf(
  passages: readonly IndexedPassage[],
  chat: ChatModel,
  signal: AbortSignal,
): Promise<Draft | null> {
  const { version, render } = prompt();
  const fenced = passages.map(({ document, headingPath, text }, index) =>
    fence('passage', `number="${index + 1}"`, `${[document.title, ...headingPath].join(' > ')}\n${text}`),
  );
  const request = { messages: render({ passages: fenced.join('\n') }), maxTokens, deadlineMs, schema: replySchema };
  let written = '';
  for await (const chunk of chat.stream(request, signal)) if (chunk.type === 'text') written += chunk.text;
  const reply = Reply.safeParse(readJsonReply(written));
  const [first] = passages;
  if (!reply.success || !first) return null;
  const { question, answer, quotes } = reply.data;
  const quoted = quotes.flatMap(({ passage: number, quote }) => {
    const passage = passages[number - 1];
    return passage ? [{ passage, quote }] : [];
  });
  const isWhole =
    quoted.length === quotes.length && passages.every((passage) => quoted.some((one) => one.passage === passage));
  if (!isWhole) return null;
  const kind = passages.length > 1 ? 'multi-document' : 'model';
  const meta = { model: chat.id, prompt: version };
  return { kind, question, answer, parts: [], quotes: quoted, about: first.document, meta };
}
