import type { RegisterRoute } from './route-deps.ts';
import { registerAddFeedback } from './routes/add-feedback.ts';
import { registerChangeCuratedAnswer } from './routes/change-curated-answer.ts';
import { registerChangeJob } from './routes/change-job.ts';
import { registerChangeSettings } from './routes/change-settings.ts';
import { registerChangeSource } from './routes/change-source.ts';
import { registerChangeUser } from './routes/change-user.ts';
import { registerCompareIndexes } from './routes/compare-indexes.ts';
import { registerConfirmCuratedAnswer } from './routes/confirm-curated-answer.ts';
import { registerConfirmSource } from './routes/confirm-source.ts';
import { registerCreateAnswer } from './routes/create-answer.ts';
import { registerCreateChatCompletion } from './routes/create-chat-completion.ts';
import { registerCreateCuratedAnswer } from './routes/create-curated-answer.ts';
import { registerCreateDocument } from './routes/create-document.ts';
import { registerCreateEmbeddings } from './routes/create-embeddings.ts';
import { registerCreateKey } from './routes/create-key.ts';
import { registerCreateSource } from './routes/create-source.ts';
import { registerCreateTenant } from './routes/create-tenant.ts';
import { registerCreateUser } from './routes/create-user.ts';
import { registerDeclareMetadataField } from './routes/declare-metadata-field.ts';
import { registerEstimateDocuments } from './routes/estimate-documents.ts';
import { registerFindDocument } from './routes/find-document.ts';
import { registerFitRanker } from './routes/fit-ranker.ts';
import { registerGetAnswer } from './routes/get-answer.ts';
import { registerGetAnswerRecord } from './routes/get-answer-record.ts';
import { registerGetBackup } from './routes/get-backup.ts';
import { registerGetConversation } from './routes/get-conversation.ts';
import { registerGetCuratedAnswer } from './routes/get-curated-answer.ts';
import { registerGetDocument } from './routes/get-document.ts';
import { registerGetDocumentContent } from './routes/get-document-content.ts';
import { registerGetGlossary } from './routes/get-glossary.ts';
import { registerGetHealth } from './routes/get-health.ts';
import { registerGetIndex } from './routes/get-index.ts';
import { registerGetJob } from './routes/get-job.ts';
import { registerGetMe } from './routes/get-me.ts';
import { registerGetMetrics } from './routes/get-metrics.ts';
import { registerGetOpenApi } from './routes/get-openapi.ts';
import { registerGetRanker } from './routes/get-ranker.ts';
import { registerGetReadiness } from './routes/get-readiness.ts';
import { registerGetSettings } from './routes/get-settings.ts';
import { registerGetSource } from './routes/get-source.ts';
import { registerListAudit } from './routes/list-audit.ts';
import { registerListConversations } from './routes/list-conversations.ts';
import { registerListCuratedAnswers } from './routes/list-curated-answers.ts';
import { registerListDocuments } from './routes/list-documents.ts';
import { registerListDuplicates } from './routes/list-duplicates.ts';
import { registerListFeedback } from './routes/list-feedback.ts';
import { registerListFollowUps } from './routes/list-follow-ups.ts';
import { registerListJobs } from './routes/list-jobs.ts';
import { registerListKeys } from './routes/list-keys.ts';
import { registerListMetadataFields } from './routes/list-metadata-fields.ts';
import { registerListModels } from './routes/list-models.ts';
import { registerListPassages } from './routes/list-passages.ts';
import { registerListSourceRuns } from './routes/list-source-runs.ts';
import { registerListSources } from './routes/list-sources.ts';
import { registerListTenants } from './routes/list-tenants.ts';
import { registerListUsers } from './routes/list-users.ts';
import { registerReindex } from './routes/reindex.ts';
import { registerRemoveConversation } from './routes/remove-conversation.ts';
import { registerRemoveCuratedAnswer } from './routes/remove-curated-answer.ts';
import { registerRemoveDocument } from './routes/remove-document.ts';
import { registerRemoveMetadataField } from './routes/remove-metadata-field.ts';
import { registerRemoveSource } from './routes/remove-source.ts';
import { registerRemoveTenant } from './routes/remove-tenant.ts';
import { registerReplaceGlossary } from './routes/replace-glossary.ts';
import { registerReplayAnswer } from './routes/replay-answer.ts';
import { registerReportSourceChanges } from './routes/report-source-changes.ts';
import { registerResetRanker } from './routes/reset-ranker.ts';
import { registerRetryJob } from './routes/retry-job.ts';
import { registerRevokeKey } from './routes/revoke-key.ts';
import { registerRevokeUser } from './routes/revoke-user.ts';
import { registerRunSource } from './routes/run-source.ts';
import { registerSearchPassages } from './routes/search-passages.ts';
import { registerSetSourcePaused } from './routes/set-source-paused.ts';
import { registerShowDocs } from './routes/show-docs.ts';
import { registerShowErrorDocs } from './routes/show-error-docs.ts';
import { registerShowPage } from './routes/show-page.ts';
import { registerSignIn } from './routes/sign-in.ts';
import { registerSignOut } from './routes/sign-out.ts';
import { registerStopAnswer } from './routes/stop-answer.ts';
import { registerStreamAnswerEvents } from './routes/stream-answer-events.ts';
import { registerStreamJobEvents } from './routes/stream-job-events.ts';
import { registerStreamJobsEvents } from './routes/stream-jobs-events.ts';
import { registerSwitchIndex } from './routes/switch-index.ts';
import { registerTestSource } from './routes/test-source.ts';
import { registerUploadExport } from './routes/upload-export.ts';

/** All routes, in the order of the documentation. */
export const routes: readonly RegisterRoute[] = [
  registerCreateAnswer,
  registerGetAnswer,
  registerStreamAnswerEvents,
  registerGetAnswerRecord,
  registerReplayAnswer,
  registerListFollowUps,
  registerStopAnswer,
  registerAddFeedback,
  registerListFeedback,
  registerSearchPassages,
  registerGetGlossary,
  registerReplaceGlossary,
  registerGetRanker,
  registerFitRanker,
  registerResetRanker,
  registerCreateDocument,
  registerEstimateDocuments,
  registerListDocuments,
  registerFindDocument,
  registerGetDocument,
  registerRemoveDocument,
  registerGetDocumentContent,
  registerListPassages,
  registerListDuplicates,
  registerCreateCuratedAnswer,
  registerListCuratedAnswers,
  registerGetCuratedAnswer,
  registerChangeCuratedAnswer,
  registerConfirmCuratedAnswer,
  registerRemoveCuratedAnswer,
  registerListMetadataFields,
  registerDeclareMetadataField,
  registerRemoveMetadataField,
  registerCreateSource,
  registerListSources,
  registerGetSource,
  registerChangeSource,
  registerUploadExport,
  registerRemoveSource,
  registerTestSource,
  registerRunSource,
  registerListSourceRuns,
  registerConfirmSource,
  registerSetSourcePaused,
  registerReportSourceChanges,
  registerListJobs,
  registerStreamJobsEvents,
  registerGetJob,
  registerStreamJobEvents,
  registerChangeJob,
  registerRetryJob,
  registerListConversations,
  registerGetConversation,
  registerRemoveConversation,
  registerCreateChatCompletion,
  registerListModels,
  registerCreateEmbeddings,
  registerGetMe,
  registerListKeys,
  registerCreateKey,
  registerRevokeKey,
  registerListUsers,
  registerCreateUser,
  registerChangeUser,
  registerRevokeUser,
  registerListTenants,
  registerCreateTenant,
  registerRemoveTenant,
  registerGetSettings,
  registerChangeSettings,
  registerListAudit,
  registerGetIndex,
  registerGetBackup,
  registerReindex,
  registerCompareIndexes,
  registerSwitchIndex,
  registerSignIn,
  registerSignOut,
  registerGetHealth,
  registerGetReadiness,
  registerGetMetrics,
  registerGetOpenApi,
  registerShowDocs,
  registerShowErrorDocs,
  registerShowPage,
];
