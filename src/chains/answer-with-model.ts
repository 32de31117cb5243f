import type { UnsequencedAnswerEvent } from '../domain/answer.ts';
import type { ChatChunk, ChatModel, ChatRequest } from '../models/chat-model.ts';
import type { Answerer, AnswererInput, AnswererResult } from './answerer.ts';
import { createSentenceJudge } from './ground/judge-sentence.ts';
import { fence, type Prompts } from './prompts/load-prompts.ts';
import { plainText } from './quotes/plain-text.ts';
import { type AnswerUnit, createAnswerReader } from './read-answer.ts';
import { createSentenceGate, type SentenceGate } from './release-sentences.ts';
import { selectQuotes, type VerifiedClaim } from './select-quotes.ts';
import { titleOf } from './title-of.ts';

export interface ModelAnswererDeps {
  readonly chat: ChatModel;
  readonly prompts: Pick<Prompts, 'selectQuotes' | 'repairQuotes' | 'writeAnswer' | 'judgeSentence'>;
  /** Second judge of each sentence; without one words alone decide. */
  readonly judge?: ChatModel | null;
}

const answerTokens = 900;
/** A model that goes on after this many sentences has lost the question. */
const mostSentences = 20;
/** So has one that says again what it said, so many times. */
const mostRepeated = 3;

/**
 * Cite, then answer: the model first names verbatim quotes, each of which is aligned with its passage (see `selectQuotes`); then it writes from
 * the verified ones only, and each sentence passes the gate before it is shown. Throws what the chat model throws.
 */
export function createModelAnswerer({ chat, prompts, judge }: ModelAnswererDeps): Answerer {
  return async function* (input, signal) {
    const read = (request: ChatRequest) => readText(chat.stream(request, signal));
    const { quotes, rejected, isRepaired } = yield* selectQuotes({ prompts, read }, input);
    const rejectedQuotes = rejected.map(({ text, reason }) => ({ text, reason }));
    const result: AnswererResult = { rejectedQuotes, isRepaired };
    if (quotes.length === 0) return result;

    const second = judge
      ? { judge: createSentenceJudge({ chat: judge, prompt: prompts.judgeSentence }), signal }
      : null;
    const release = createSentenceGate(input, second);
    const messages = prompts.writeAnswer.render(answerValues(input, quotes));
    const reply = read({ messages, maxTokens: answerTokens });
    const said = new Set<string>();
    let repeated = 0;
    for await (const unit of readUnits(reply)) {
      const words = unit.text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
      if (said.has(words)) repeated += 1;
      else yield* releaseCited(unit, quotes, release);
      said.add(words);
      if (said.size >= mostSentences || repeated >= mostRepeated) break;
    }
    return result;
  };
}

async function* readText(reply: AsyncIterable<ChatChunk>): AsyncGenerator<string> {
  for await (const chunk of reply) if (chunk.type === 'text') yield chunk.text;
}

async function* readUnits(reply: AsyncIterable<string>): AsyncGenerator<AnswerUnit> {
  const reader = createAnswerReader();
  for await (const text of reply) yield* reader.push(text);
  yield* reader.finish();
}

async function* releaseCited(
  { citations, ...unit }: AnswerUnit,
  quotes: readonly VerifiedClaim[],
  release: SentenceGate,
): AsyncGenerator<UnsequencedAnswerEvent> {
  if (/^\W*none\W*$/i.test(unit.text)) return;
  yield* release({ ...unit, quotes: citations.flatMap((number) => quotes[number - 1] ?? []) });
}

function answerValues(
  { question, passages, locale }: AnswererInput,
  quotes: readonly VerifiedClaim[],
): Record<string, string> {
  const fenced = quotes.map((pieces, index) => {
    const source = passages[pieces[0]?.passage ?? -1];
    const details = `number="${index + 1}" title=${JSON.stringify(source ? titleOf(source) : '')} updated="${source?.updatedAt.slice(0, 10) ?? ''}"`;
    const texts = pieces.map(({ start, end }) => plainText(source?.text.slice(start, end) ?? ''));
    return fence('quote', details, texts.join(' … '));
  });
  return { question, quotes: fenced.join('\n'), locale: locale ? ` (the asker's is ${locale})` : '' };
}
