import type { UnsequencedAnswerEvent } from '../../domain/answer.ts';
import { AppError } from '../../domain/errors.ts';
import type { TenantSettings } from '../../domain/tenant-settings.ts';
import type { Moderator } from '../../models/moderator.ts';

type ModerationSettings = Pick<TenantSettings, 'moderation' | 'moderationWords' | 'moderationFailure'>;

/** The moderator that the settings name; null for none. */
export type ModeratorOf = (settings: ModerationSettings) => Moderator | null;

export interface Verdict {
  readonly passes: boolean;
  /** That the moderation could not be asked; the first time only. */
  readonly degradation: Extract<UnsequencedAnswerEvent, { type: 'step-degraded' }> | null;
}

export type Check = (text: string, signal: AbortSignal) => Promise<Verdict>;

/** Judges the texts of one answer; while the moderator cannot be asked, the settings say whether they pass. Null: no moderation. */
export function createCheck(settings: ModerationSettings, moderatorOf: ModeratorOf): Check | null {
  const moderator = moderatorOf(settings);
  if (!moderator) return null;
  const { moderationFailure } = settings;
  let hasDegraded = false;
  return async (text, signal) => {
    try {
      const { isFlagged } = await moderator.moderate(text, signal);
      return { passes: !isFlagged, degradation: null };
    } catch (error) {
      // An answer that was stopped is ended by its chain, which says why; nothing more is shown meanwhile.
      const isFirst = !hasDegraded && !signal.aborted;
      hasDegraded = true;
      const cause = AppError.from(error).code;
      const degradation = { type: 'step-degraded', step: 'moderation', to: moderationFailure, cause } as const;
      return { passes: moderationFailure === 'open' && !signal.aborted, degradation: isFirst ? degradation : null };
    }
  };
}
