import { LRUCache } from 'lru-cache';
import { AppError } from '../../domain/errors.ts';
import type { TenantSettings } from '../../domain/tenant-settings.ts';
import type { Moderator } from '../moderator.ts';
import { createOpenAiModerator, type OpenAiModeratorOptions } from './openai-moderator.ts';
import { createWordListModerator } from './word-list-moderator.ts';

const defaultBaseUrl = 'https://api.openai.com/v1';
const listsKept = 100;

/** Nobody to ask: what then passes, the settings of the tenant say. */
const unreachable: Moderator = {
  id: 'openai',
  moderate: () => Promise.reject(new AppError('MODEL_UNAVAILABLE', 'No server is set up that moderates.')),
};

/** Gives the moderator of a tenant's settings, or null for none. `server` null: the one of `openai` always fails. */
export function createModerators(server: { readonly apiKey: string; readonly baseUrl: string | null } | null) {
  const options: OpenAiModeratorOptions | null = server && { ...server, baseUrl: server.baseUrl ?? defaultBaseUrl };
  const openAi = options ? createOpenAiModerator(options) : unreachable;
  const lists = new LRUCache<string, Moderator>({ max: listsKept });
  return ({
    moderation,
    moderationWords,
  }: Pick<TenantSettings, 'moderation' | 'moderationWords'>): Moderator | null => {
    if (moderation === 'off') return null;
    if (moderation === 'openai') return openAi;
    const key = JSON.stringify(moderationWords);
    const known = lists.get(key) ?? createWordListModerator(moderationWords);
    lists.set(key, known);
    return known;
  };
}
