import type { AnswerStore } from '../answers.ts';
import type { AuditLog } from '../audit.ts';
import type { CuratedAnswerStore } from '../curated-answers.ts';
import type { DocumentStore, EmbeddingStore } from '../documents.ts';
import type { GlossaryStore } from '../glossary.ts';
import type { IdempotencyStore } from '../idempotency.ts';
import type { IdentityStore } from '../identities.ts';
import type { IndexStates } from '../index-states.ts';
import type { JobStore } from '../jobs.ts';
import type { MetadataFieldStore } from '../metadata-fields.ts';
import type { PassageTexts } from '../passage-texts.ts';
import type { PurgeStore } from '../purges.ts';
import type { RankerStore } from '../rankers.ts';
import type { RetentionStore } from '../retention.ts';
import type { SourceRunStore, SourceStore } from '../sources.ts';
import type { SqlDriver } from '../sql.ts';
import type { TenantSettingsStore } from '../tenant-settings.ts';
import type { IndexSource } from '../vector-index.ts';
import type { WorkerStore } from '../workers.ts';
import { type AnswerStoreOptions, createAnswerStore } from './answer-store.ts';
import { createAuditLog } from './audit-log.ts';
import { createCuratedAnswerStore } from './curated-answer-store.ts';
import { createDocumentStore, type DocumentStoreOptions } from './documents/document-store.ts';
import { createEmbeddingStore } from './documents/embedding-store.ts';
import { createIndexSource } from './documents/index-source.ts';
import { createJustPublished } from './documents/just-published.ts';
import { createPassageTexts } from './documents/passage-texts.ts';
import { createGlossaryStore } from './glossary-store.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { createIdentityStore } from './identity-store.ts';
import { createIndexStateStore } from './index-state-store.ts';
import { createJobStore, type JobStoreOptions } from './job-store.ts';
import { createMetadataFieldStore } from './metadata-field-store.ts';
import { createPurgeStore } from './purge-store.ts';
import { createRankerStore } from './ranker-store.ts';
import { createRetentionStore } from './retention-store.ts';
import { createRunStore } from './sources/run-store.ts';
import { createSourceStore, type SourceStoreOptions } from './sources/source-store.ts';
import { createTenantSettingsStore } from './tenant-settings-store.ts';
import { createWorkerStore } from './worker-store.ts';

export interface Stores {
  readonly documents: DocumentStore;
  readonly embeddings: EmbeddingStore;
  readonly indexRows: IndexSource;
  readonly indexStates: IndexStates;
  readonly curatedAnswers: CuratedAnswerStore;
  readonly metadataFields: MetadataFieldStore;
  readonly jobs: JobStore;
  readonly answers: AnswerStore;
  readonly identities: IdentityStore;
  readonly idempotency: IdempotencyStore;
  readonly glossary: GlossaryStore;
  readonly passageTexts: PassageTexts;
  readonly rankers: RankerStore;
  readonly tenantSettings: TenantSettingsStore;
  readonly audit: AuditLog;
  readonly workers: WorkerStore;
  readonly purges: PurgeStore;
  readonly retention: RetentionStore;
  readonly sources: SourceStore;
  readonly sourceRuns: SourceRunStore;
}

/** All stores over one database. */
export function createStores(
  driver: SqlDriver,
  options: DocumentStoreOptions & AnswerStoreOptions & JobStoreOptions & SourceStoreOptions = {},
): Stores {
  const published = createJustPublished();
  const indexRows = createIndexSource(driver, published);
  return {
    documents: createDocumentStore(driver, { ...options, published }),
    embeddings: createEmbeddingStore(driver, options),
    indexRows,
    indexStates: createIndexStateStore(driver, options),
    curatedAnswers: createCuratedAnswerStore(driver, options),
    metadataFields: createMetadataFieldStore(driver, options),
    jobs: createJobStore(driver, options),
    answers: createAnswerStore(driver, options),
    identities: createIdentityStore(driver, options),
    idempotency: createIdempotencyStore(driver, options),
    glossary: createGlossaryStore(driver, options),
    passageTexts: createPassageTexts(driver, indexRows),
    rankers: createRankerStore(driver, options),
    tenantSettings: createTenantSettingsStore(driver, options),
    audit: createAuditLog(driver),
    workers: createWorkerStore(driver, options),
    purges: createPurgeStore(driver, options),
    retention: createRetentionStore(driver, options),
    sources: createSourceStore(driver, options),
    sourceRuns: createRunStore(driver, options),
  };
}
