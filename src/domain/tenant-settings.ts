import { z } from 'zod';

export const moderations = ['off', 'words', 'openai'] as const;
export const moderationFailures = ['open', 'closed'] as const;

const days = z.int().min(1).max(36_500);

/** What an administrator sets for a tenant. */
export const TenantSettings = z.strictObject({
  /** Whether personal data and secrets in questions are replaced before a model or the database sees them. */
  maskPersonalData: z.boolean(),
  moderation: z.enum(moderations),
  /** Words and phrases that the moderation `words` looks for, in any case. */
  moderationWords: z.array(z.string().trim().min(1).max(100)).max(1000),
  /** Whether text passes while the moderation cannot be asked. */
  moderationFailure: z.enum(moderationFailures),
  /** What may write answers: chat models and `extractive`; null: all that the server is set up with. */
  models: z.array(z.string().trim().min(1).max(200)).min(1).max(50).nullable(),
  /** Tokens that the chat models of one answer may read and write together; null: no limit. */
  answerTokens: z.int().min(500).max(1_000_000).nullable(),
  /** A question that is more probable than this to have no answer is refused; null: as the server is set up. */
  refusalThreshold: z.number().min(0).max(1).nullable(),
  /** Days after its last message that a conversation is kept; null: for ever. */
  conversationRetentionDays: days.nullable(),
  /** By source, the days after its last change that a document is kept; a source that is not named keeps its documents. */
  documentRetentionDays: z
    .record(z.string().min(1).max(2000), days)
    .refine((sources) => Object.keys(sources).length <= 1000, 'at most 1000 sources'),
  /** Whether nothing of the tenant may be deleted for good: what is removed is only hidden. */
  legalHold: z.boolean(),
  /** Sources under legal hold: nothing of them may be deleted for good. */
  heldSources: z.array(z.string().min(1).max(2000)).max(1000),
  /** Documents under legal hold, by id. */
  heldDocuments: z.array(z.string().min(1).max(100)).max(1000),
});
export type TenantSettings = z.output<typeof TenantSettings>;

export const TenantSettingsChange = TenantSettings.partial();
export type TenantSettingsChange = z.output<typeof TenantSettingsChange>;

export const defaultTenantSettings: TenantSettings = {
  maskPersonalData: true,
  moderation: 'off',
  moderationWords: [],
  moderationFailure: 'closed',
  models: null,
  answerTokens: null,
  refusalThreshold: null,
  conversationRetentionDays: null,
  documentRetentionDays: {},
  legalHold: false,
  heldSources: [],
  heldDocuments: [],
};
