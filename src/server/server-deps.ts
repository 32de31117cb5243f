import type { AnswerQuestion } from '../chains/answer-question.ts';
import type { SuggestFollowUps } from '../chains/suggest-follow-ups.ts';
import type { AnswerMode } from '../domain/answer.ts';
import type { TenantId } from '../domain/ids.ts';
import type { EstimateEmbedding } from '../ingest/estimate-embedding.ts';
import type { SourceTrial } from '../ingest/sources/source-trial.ts';
import type { SubmitDocuments } from '../ingest/submit-document.ts';
import type { CountTokens, Embedder } from '../models/embedder.ts';
import type { RankerAdministration } from '../retrieve/rank/own/administer-ranker.ts';
import type { Retrieve } from '../retrieve/retrieve.ts';
import type { AnswerRelay } from '../store/answer-relay.ts';
import type { AnswerStore } from '../store/answers.ts';
import type { AuditLog } from '../store/audit.ts';
import type { CuratedAnswerStore } from '../store/curated-answers.ts';
import type { DocumentStore } from '../store/documents.ts';
import type { GlossaryStore } from '../store/glossary.ts';
import type { IdempotencyStore } from '../store/idempotency.ts';
import type { IdentityStore } from '../store/identities.ts';
import type { IndexAdministration } from '../store/index-administration.ts';
import type { JobStore } from '../store/jobs.ts';
import type { MakeBackup } from '../store/make-backup.ts';
import type { MetadataFieldStore } from '../store/metadata-fields.ts';
import type { ObjectStore } from '../store/objects.ts';
import type { SourceStore } from '../store/sources.ts';
import type { TenantSettingsStore } from '../store/tenant-settings.ts';
import type { VectorIndex } from '../store/vector-index.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

/** What a structured logger such as pino offers. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const partStates = ['ok', 'degraded', 'down'] as const;
export type PartState = (typeof partStates)[number];

/** A part that `/readyz` reports; a check that throws counts as down, and its message stays in the log. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<{ readonly state: PartState; readonly detail: string }>;
}

/** Everything that the server is made of; main.ts supplies the concrete parts. */
export interface ServerDeps {
  readonly documents: Pick<DocumentStore, 'list' | 'get' | 'find' | 'content' | 'passages' | 'duplicates' | 'remove'>;
  readonly curatedAnswers: CuratedAnswerStore;
  readonly metadataFields: MetadataFieldStore;
  readonly jobs: JobStore;
  readonly answers: Omit<AnswerStore, 'failInterrupted'>;
  /** Null: running answers are followed in this process alone. */
  readonly relay: AnswerRelay | null;
  readonly identities: IdentityStore;
  readonly glossary: GlossaryStore;
  readonly idempotency: IdempotencyStore;
  readonly tenantSettings: TenantSettingsStore;
  readonly audit: AuditLog;
  readonly sources: SourceStore;
  readonly sourceTrial: SourceTrial;
  /** Where uploaded exports go. */
  readonly objects: Pick<ObjectStore, 'put' | 'has'>;
  /** Called after a run of a source was queued. */
  readonly onSourceQueued: () => void;
  readonly submit: SubmitDocuments;
  readonly retrieve: Retrieve;
  /** How rare terms are in a tenant's passages, for explanations. */
  readonly termFrequencies: VectorIndex['inverseDocumentFrequencies'];
  readonly answerQuestion: AnswerQuestion;
  readonly suggestFollowUps: SuggestFollowUps;
  /** For texts that callers bring, beside the documents. */
  readonly embedder: Pick<Embedder, 'id' | 'dimensions' | 'maxTokens' | 'embedDocuments'>;
  readonly countTokens: CountTokens;
  /** Whether searching sends the words of a question out of this process. */
  readonly searchLeaves: () => boolean;
  /** Called after documents were queued again. */
  readonly onQueued: () => void;
  readonly estimateEmbedding: EstimateEmbedding;
  /** Visible passages of the tenant that still wait for their vector. */
  readonly passagesWaiting: (tenant: TenantId) => Promise<number>;
  readonly indexAdministration: IndexAdministration;
  readonly rankerAdministration: RankerAdministration;
  readonly makeBackup: MakeBackup;
  readonly readinessChecks: readonly ReadinessCheck[];
  /** What `/metrics` shows, and where traces go. */
  readonly telemetry: Telemetry;
  readonly version: string;
  /** Address under which browsers reach the server; null when that is where it listens. */
  readonly publicUrl: string | null;
  /** Address to listen on; decides which Host headers are taken. */
  readonly host: string;
  /** What writes the answers: `extractive` or the name of the chat model. */
  readonly model: string;
  /** What an answer may be asked of by name: the chat models of the settings and `extractive`. */
  readonly models: readonly string[];
  readonly answerMode: AnswerMode;
  readonly maxFileBytes: number;
  readonly log: Log;
  readonly now: () => Date;
}
