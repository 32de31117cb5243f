import type { TenantSettings } from '../domain/tenant-settings.ts';
import type { AnswerInput } from './answer-question.ts';

/** What a tenant's settings say of every question that is asked in it. */
export function underSettings(
  settings: TenantSettings,
): Required<Pick<AnswerInput, 'models' | 'tokenLimit' | 'refusalThreshold' | 'guards'>> {
  const { models, answerTokens, refusalThreshold } = settings;
  return { models, tokenLimit: answerTokens, refusalThreshold, guards: settings };
}
