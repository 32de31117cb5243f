import type { Config } from '../../src/config.ts';
import { createChatModels } from '../../src/models/chat/create-chat-model.ts';
import type { JudgeDeps } from './ask-judge.ts';
import { createVerdictCache } from './verdict-cache.ts';

interface OpenJudgeOptions {
  /** Where verdicts are kept; null keeps none. */
  readonly folder: string | null;
  readonly recordingsOnly?: boolean;
  readonly onUsage?: JudgeDeps['onUsage'];
}

/** The judge of the settings; null where none is set. */
export async function openJudge(
  config: Config['evalJudge'],
  { folder, recordingsOnly = false, onUsage }: OpenJudgeOptions,
): Promise<JudgeDeps | null> {
  const [chat = null] = await createChatModels(config);
  if (!chat || !config) return null;
  return {
    chat,
    provider: config.baseUrl === null ? 'api.openai.com' : new URL(config.baseUrl).host,
    cache: folder === null ? null : createVerdictCache(folder, { recordingsOnly }),
    ...(onUsage ? { onUsage } : {}),
  };
}
