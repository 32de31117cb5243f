import { estimateTokens } from '../../src/domain/estimate-tokens.ts';
import type { ChatMessage, ChatModel } from '../../src/models/chat-model.ts';
import type { EvalCase } from '../case.ts';
import { hashOf } from '../hash-of.ts';
import type { TargetOf } from '../suite.ts';
import type { SuiteTarget } from '../suite-target.ts';
import { priced } from './price-answer.ts';
import { recordText } from './text-answer.ts';

const withContexts =
  'Answer the question from the numbered texts alone. After each sentence give the number of the text that proves it, as in [1]. If the texts do not hold the answer, say only: I cannot answer this.\n\n{{contexts}}';
const refusalPattern =
  "cannot answer|can’t answer|can't answer|do(es)? not (hold|contain) the answer|not enough information";
/** Beside the words, of a message. */
const tokensPerMessage = 8;

export interface OpenAiTargetOptions {
  readonly chat: ChatModel;
  readonly settings: TargetOf<'openai'>;
}

/** A chat model, asked with the texts of a case or with none; it knows no rights, so that the groups of a case do not count. */
export function createOpenAiTarget({ chat, settings }: OpenAiTargetOptions): SuiteTarget {
  const { maxTokens, prices } = settings;
  const refusal = new RegExp(settings.refusal ?? refusalPattern, 'iu');
  const prompt = settings.prompt ?? withContexts;
  const { requestsPerMinute: _requests, tokensPerMinute: _tokens, ...identifying } = settings;
  const configuration = hashOf([identifying, prompt, refusal.source]);
  return {
    configuration,
    prepare: async () => ({ identity: configuration }),
    forecast(question) {
      const messages = messagesOf(question, prompt, settings.prompt !== undefined);
      const inputTokens = messages.reduce((sum, { content }) => sum + estimateTokens(content) + tokensPerMessage, 0);
      return priced({ calls: 1, inputTokens, outputTokens: maxTokens, cost: null }, prices);
    },
    async ask(question, signal) {
      const started = performance.now();
      const latency: Record<string, number> = {};
      const messages = messagesOf(question, prompt, settings.prompt !== undefined);
      let text = '';
      let usage = { inputTokens: 0, outputTokens: 0 };
      for await (const chunk of chat.stream({ messages, maxTokens }, signal)) {
        latency.firstEvent ??= performance.now() - started;
        if (chunk.type === 'text') text += chunk.text;
        else usage = chunk.usage;
      }
      latency.total = performance.now() - started;
      return recordText({
        model: chat.id,
        text,
        isRefusal: refusal.test(text),
        sources: question.contexts.map((context, index) => ({
          document: `context ${index + 1}`,
          title: `Context ${index + 1}`,
          text: context,
        })),
        latency,
        usage: { ...usage, calls: 1 },
        cost: priced({ ...usage, cost: null }, prices).cost,
      });
    },
    close: async () => {},
  };
}

function messagesOf({ question, history, contexts }: EvalCase, prompt: string, isGiven: boolean): ChatMessage[] {
  const texts = contexts.map((context, index) => `[${index + 1}] ${context}`).join('\n\n');
  const system =
    contexts.length > 0 || isGiven
      ? [{ role: 'system' as const, content: prompt.replace('{{contexts}}', () => texts) }]
      : [];
  const turns = history.flatMap((turn) => [
    { role: 'user' as const, content: turn.question },
    { role: 'assistant' as const, content: turn.answer },
  ]);
  return [...system, ...turns, { role: 'user', content: question }];
}
