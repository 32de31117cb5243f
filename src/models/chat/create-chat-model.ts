import type { Config } from '../../config.ts';
import type { ChatModel } from '../chat-model.ts';
import { createOpenAiChatModel } from './openai-chat-model.ts';

type ChatConfig = Omit<NonNullable<Config['chat']>, 'models'> & { readonly model: string };

/** One entry for each protocol that chat models speak. */
const chatModels = {
  openai: createOpenAiChatModel,
} as const satisfies Record<string, (config: ChatConfig) => Promise<ChatModel>>;

/** The chat models of the settings, in the order in which they are asked; none, and the extractive answerer writes the answers. */
export async function createChatModels(config: Config['chat']): Promise<readonly ChatModel[]> {
  if (!config) return [];
  const { models, ...server } = config;
  return await Promise.all(models.map((model) => chatModels.openai({ ...server, model })));
}
