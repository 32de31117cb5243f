import type { Config } from '../../config.ts';
import type { ChatModel } from '../chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';

type ChatConfig = NonNullable<Config['chat']>;

/** One entry for each protocol that chat models speak. */
const chatModels = {
  openai: createOpenAiChatModel,
} as const satisfies Record<string, (config: ChatConfig) => Promise<ChatModel>>;

/** The chat model of the settings; null without one, and the extractive answerer writes the answers. */
export async function createChatModel(config: Config['chat']): Promise<ChatModel | null> {
  return config ? await chatModels.openai(config) : null;
}
