import type { AnswerEvent, AnswerMode } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { AnswerId, ConversationId } from '../domain/ids.ts';
import type { ObjectSchema } from '../domain/object-schema.ts';
import type { Principal } from '../domain/principal.ts';
import type { TenantSettings } from '../domain/tenant-settings.ts';
import type { Retrieval } from '../retrieve/retrieve.ts';
import type { AnswerRecord } from '../store/answers.ts';
import type { MaskedValues } from './guard/mask-personal-data.ts';

/**
 * Whether an answer that is kept, or being written for another asker, will do: `refresh` computes it anew and keeps it,
 * `bypass` neither takes nor leaves anything.
 */
export type CachePolicy = 'use' | 'refresh' | 'bypass';

export interface AnswerInput {
  readonly answerId: AnswerId;
  readonly conversationId: ConversationId;
  readonly question: string;
  /** Earlier turns, oldest first. */
  readonly history: readonly { question: string; answer: string }[];
  readonly principal: Principal;
  /** Null: every document that the principal may read. */
  readonly filter: FilterClause | null;
  readonly mode: AnswerMode;
  readonly locale: string | null;
  readonly maxQuotes: number;
  /** Whether a question that finds little may be searched in other words too; true when left out. */
  readonly expand?: boolean;
  /** The object that the answer is wanted as too; none when left out. */
  readonly schema?: ObjectSchema | undefined;
  /** What may write the answer: chat models by name and `extractive`; null or left out: as the server is set up. */
  readonly models?: readonly string[] | null;
  /** Tokens that chat models may read and write for it together; null or left out: no limit. */
  readonly tokenLimit?: number | null;
  /** The probability of no answer above which the question is refused; null or left out: as the server is set up. */
  readonly refusalThreshold?: number | null;
  /** `use` when left out. */
  readonly cache?: CachePolicy;
  /** What guards the question and the answer; null or left out: nothing. */
  readonly guards?: Pick<
    TenantSettings,
    'maskPersonalData' | 'moderation' | 'moderationWords' | 'moderationFailure'
  > | null;
  /** Called once, before the first event, with what the placeholders of this question stand for. */
  readonly onMask?: (values: MaskedValues) => void;
  /** Puts other sources in the place of those that the search found, as a replay does, with `cache: bypass`; left out: what was found. */
  readonly sources?: (found: Retrieval) => Promise<Retrieval>;
  /** The tenant's generation, where it was read for this question already; left out: it is read. */
  readonly generation?: number | undefined;
  /** Only an answer that is kept of this generation of the tenant will do; without one there is no event at all. */
  readonly onlyKeptOf?: number;
  /** Called before the first event when the whole answer is kept: all others follow without waiting for anything. */
  readonly onKept?: () => void;
  /** Called once, right before the final event. */
  readonly onRecord: (record: AnswerRecord) => void;
}

/** Yields events in sequence; the last one is `answer-finished`, `answer-refused` or `answer-failed`; never throws. None with `onlyKeptOf` alone. */
export type AnswerQuestion = (input: AnswerInput, signal: AbortSignal) => AsyncGenerator<AnswerEvent>;
