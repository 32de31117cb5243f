import type { Answer, AnswerEvent, AnswerMode, WordChange } from '../domain/answer.ts';
import type { FilterClause } from '../domain/filter.ts';
import type { AnswerId, ConversationId, TenantId } from '../domain/ids.ts';
import type { Passage } from '../domain/passage.ts';
import type { Principal } from '../domain/principal.ts';
import type { Page } from './documents.ts';

/** What an answer was asked for with, so that it can be asked for again. */
export interface AnswerParameters {
  readonly mode: AnswerMode;
  readonly filter: FilterClause | null;
  readonly locale: string | null;
  readonly maxQuotes: number;
  readonly expand: boolean;
  /** Earlier turns, oldest first. */
  readonly history: readonly { question: string; answer: string }[];
  /** What the answer was read from, at most. */
  readonly limits: { readonly passages: number; readonly tokens: number };
}

export type RecordedSource = Omit<Passage, 'id' | 'documentId' | 'version' | 'text' | 'cells'>;

/** How an answer came about; what `GET /v1/answers/{id}/record` returns beside the answer. */
export interface AnswerRecord {
  readonly standalone: string;
  /** Left out where the answer ended before its chain could say, and by records older than this field. */
  readonly parameters?: AnswerParameters;
  readonly promptVersions: Readonly<Record<string, string>>;
  readonly embedder: string;
  readonly passages: readonly {
    id: string;
    documentId: string;
    version: number;
    score: number;
    dense: number | null;
    sparse: number | null;
    /** The passage without its text, which the version's content holds; left out with `parameters`. */
    source?: RecordedSource;
  }[];
  /** Features of the refusal model with their weighted contributions. */
  readonly refusal: {
    readonly probability: number;
    readonly threshold: number;
    readonly contributions: Readonly<Record<string, number>>;
  } | null;
  /** The other wording that was searched, and what it brought. */
  readonly expansion?: {
    readonly original: string;
    readonly searched: string;
    readonly reason: WordChange['reason'];
    readonly changes: readonly WordChange[];
    readonly gained: number;
  };
  readonly rejectedQuotes: readonly { text: string; reason: string }[];
  /** Calls of a chat model that were late, with the one that was made beside each; left out without one. */
  readonly hedgedCalls?: readonly { first: string; second: string; taken: 'first' | 'second' }[];
}

export interface ConversationSummary {
  readonly id: ConversationId;
  readonly title: string;
  readonly messages: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly answerId: AnswerId | null;
  /** The answer before it on its branch; null at the beginning. */
  readonly parentAnswerId: AnswerId | null;
  /** Answers in its place on all branches, its own among them, in the order in which they were asked for. */
  readonly alternatives: readonly AnswerId[];
  /** False while its answer is still being written, and for good where its server died meanwhile. */
  readonly final: boolean;
  readonly createdAt: string;
}

export interface WholeAnswer {
  readonly answer: Answer;
  /** From `answer-started` to the final one. */
  readonly events: readonly AnswerEvent[];
  readonly record: AnswerRecord;
}

export interface ConversationPlace {
  readonly isNewConversation: boolean;
  /** The answer whose question is asked in other words; null: the question comes after the latest one. */
  readonly editOf: AnswerId | null;
}

export interface BranchOptions {
  /** The last answer of the branch; null: the latest one of the conversation. */
  readonly branch: AnswerId | null;
}

/** Answers and the conversations they belong to; a principal sees its own conversations only (an admin those of the tenant). */
export interface AnswerStore {
  /**
   * Writes the conversation when new, the user's message and an unfinished answer, after the latest one or in the place of `editOf`.
   * Throws NOT_FOUND for another's conversation, or an answer that is not of it.
   */
  begin(
    principal: Principal,
    started: Extract<AnswerEvent, { type: 'answer-started' }>,
    place: ConversationPlace,
  ): Promise<void>;
  /** What `begin` and `finish` write, at once, for an answer that is whole at its start. Throws as `begin`. */
  add(principal: Principal, whole: WholeAnswer, place: ConversationPlace): Promise<void>;
  /** The same in a new conversation, if the tenant has this generation still; false, and nothing written, otherwise. */
  addIf(principal: Principal, whole: WholeAnswer, generation: number): Promise<boolean>;
  /** Writes the final answer, its events and its record; the assistant's message becomes final. Idempotent. */
  finish(principal: Principal, whole: WholeAnswer): Promise<void>;
  get(principal: Principal, id: AnswerId): Promise<Answer | null>;
  events(principal: Principal, id: AnswerId): Promise<AnswerEvent[] | null>;
  record(principal: Principal, id: AnswerId): Promise<AnswerRecord | null>;
  addFeedback(principal: Principal, id: AnswerId, feedback: Feedback): Promise<boolean>;
  /** What was said of an answer, newest first, at most so many; null when there is none for this principal. */
  feedback(principal: Principal, id: AnswerId, limit: number): Promise<GivenFeedback[] | null>;
  /** The last ratings of all readers of the tenant, at most so many, in the order in which they were given. */
  ratings(tenant: TenantId, limit: number): Promise<AnswerRating[]>;

  conversations(
    principal: Principal,
    options: { limit: number; cursor: string | null },
  ): Promise<Page<ConversationSummary>>;
  /** A page of the messages of one branch, oldest first; null as for `history`. */
  conversation(
    principal: Principal,
    id: ConversationId,
    options: BranchOptions & { readonly limit: number; readonly cursor: string | null },
  ): Promise<{ summary: ConversationSummary; messages: Page<Message> } | null>;
  /** The last answers of one branch, at most so many, oldest first; null as for `history`. */
  branch(
    principal: Principal,
    id: ConversationId,
    options: BranchOptions & { readonly limit: number },
  ): Promise<{ summary: ConversationSummary; answers: Answer[] } | null>;
  /**
   * The last turns, oldest first, for condensing a follow-up: those before `editOf`, or before a new question. Null when the
   * conversation, or that answer in it, does not exist for this principal.
   */
  history(
    principal: Principal,
    id: ConversationId,
    options: { readonly turns: number; readonly editOf: AnswerId | null },
  ): Promise<{ question: string; answer: string }[] | null>;
  /** False when there is none for this principal. Throws CONFLICT under legal hold. */
  removeConversation(principal: Principal, id: ConversationId): Promise<boolean>;
  /** Marks answers that were running when their process died as failed, and lets their messages say so; returns how many. */
  failInterrupted(): Promise<number>;
}

/** A reader's rating with what of the answer it speaks of. */
export interface AnswerRating {
  /** Standalone. */
  readonly question: string;
  readonly author: string;
  readonly rating: Feedback['rating'];
  /** The number of a quote, and the place of a sentence, where the rating names one. */
  readonly quote: number | null;
  readonly sentence: number | null;
  readonly quotes: readonly { readonly number: number; readonly passageId: string }[];
  /** The numbers of the quotes of each sentence. */
  readonly citations: readonly (readonly number[])[];
}

export interface Feedback {
  readonly rating: 'up' | 'down';
  readonly reasons?: readonly string[] | undefined;
  readonly comment?: string | undefined;
  readonly sentence?: number | undefined;
  readonly quote?: number | undefined;
  readonly expected?: string | undefined;
}

export interface GivenFeedback extends Feedback {
  readonly createdAt: string;
}
