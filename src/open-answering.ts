import type { Logger } from 'pino';
import { createAnswerFingerprint } from './chains/answer-fingerprint.ts';
import { createAnswerQuestion } from './chains/answer-question-chain.ts';
import { guardAnswers } from './chains/guard/guard-answers.ts';
import { createKeptAnswers } from './chains/kept-answers.ts';
import { loadPrompts } from './chains/prompts/load-prompts.ts';
import { shareAnswers } from './chains/share-answers.ts';
import { createSuggestFollowUps } from './chains/suggest-follow-ups.ts';
import type { Config } from './config.ts';
import type { TenantId } from './domain/ids.ts';
import { forgetTexts } from './domain/text-memory.ts';
import { keepFresh } from './keep-fresh.ts';
import type { AnswerLocator } from './models/answer-locator.ts';
import { createChatModels } from './models/chat/create-chat-model.ts';
import { createHedge } from './models/chat/hedge-chat-model.ts';
import { watchChatModel } from './models/chat/watch-chat-model.ts';
import { chatPriceOf } from './models/chat-price.ts';
import type { CountTokens, Embedder } from './models/embedder.ts';
import type { ModelHealth } from './models/health-watch.ts';
import { minilmId } from './models/minilm/minilm-embedder.ts';
import { createModerators } from './models/moderation/create-moderators.ts';
import { createReranker } from './models/rerank/create-reranker.ts';
import { watchReranker } from './models/rerank/watch-reranker.ts';
import { createBoostStage } from './retrieve/boost-passages.ts';
import { createVocabularies } from './retrieve/expand/learn-vocabularies.ts';
import { createExpandQuestion } from './retrieve/expand-question.ts';
import { createFoldStage } from './retrieve/fold-duplicates.ts';
import { createReviewedStage } from './retrieve/prefer-reviewed.ts';
import { createRankerAdministration } from './retrieve/rank/own/administer-ranker.ts';
import { createOwnWeights } from './retrieve/rank/own/own-weights.ts';
import { createReadQuestions } from './retrieve/rank/own/read-questions.ts';
import { createRanker } from './retrieve/rank/rank-passages.ts';
import { readShippedFit } from './retrieve/rank/shipped-fit.ts';
import type { RankStage } from './retrieve/rank-stage.ts';
import { createRerankStage } from './retrieve/rerank-passages.ts';
import type { Retrieve } from './retrieve/retrieve.ts';
import { createRetrieve } from './retrieve/retrieve-passages.ts';
import { toProblem } from './server/problem.ts';
import type { Stores } from './store/postgres/stores.ts';
import type { VectorIndex } from './store/vector-index.ts';

export interface RetrievalParts {
  readonly config: Config;
  readonly stores: Stores;
  readonly index: VectorIndex;
  readonly embedder: Embedder;
  readonly countTokens: CountTokens;
  readonly log: Logger;
}

/** The one ranking of search, answers and evaluations: the stages stand in the order in which they run. */
export async function openRetrieval({ config, stores, index, embedder, countTokens, log }: RetrievalParts) {
  const asked = await createReranker(config.reranker);
  const reranker = asked && watchReranker(asked, { now: () => performance.now() });
  const shipped = readShippedFit();
  const ownWeights = createOwnWeights({ rankers: stores.rankers, shipped, now: () => performance.now() });
  const stages: RankStage[] = [createRanker({ index, embedder, shipped, ownWeights })];
  if (reranker && config.reranker)
    stages.push(createRerankStage({ reranker, topN: config.reranker.topN, countTokens }));
  stages.push(createBoostStage(config), createReviewedStage(), createFoldStage());
  const vocabularies = createVocabularies({
    texts: stores.passageTexts,
    onError: (error) => log.warn({ err: error }, 'a vocabulary could not be learnt'),
  });
  // The embedder's vocabulary has the usual words of English whole, and takes misspelt ones apart.
  const isWord = (word: string) => countTokens(word) === 1;
  const expandQuestion = createExpandQuestion({ vocabularies, glossary: stores.glossary, index, isWord });
  const { documents } = stores;
  const retrieveWith = (by: readonly RankStage[]) =>
    createRetrieve({ index, embedder, documents, countTokens, expandQuestion, stages: by });
  const rankerAdministration = createRankerAdministration({
    ...stores,
    generation: stores.indexRows.generation,
    readQuestions: createReadQuestions({ index, embedder, retrieveWith }),
    ownWeights,
    shipped,
    now: () => new Date(),
  });
  return { reranker, retrieve: retrieveWith(stages), rankerAdministration };
}

/** The chain as evaluations run it, and as the server does: guarded, and shared by those who ask the same. */
export async function openAnswering(
  { config, stores, index, embedder, locator, log }: RetrievalParts & { readonly locator: AnswerLocator },
  retrieve: Retrieve,
) {
  // The first answers; the others take over, in this order. The judge reads what they write.
  const onChange = (model: string, { isWorking, detail }: ModelHealth) =>
    isWorking ? log.info({ model }, 'a chat model answers again') : log.warn({ model, detail }, 'a chat model fails');
  const watching = { now: () => performance.now(), onChange };
  const models = (await createChatModels(config.chat)).map((model) => watchChatModel(model, watching));
  const [judge = null] = await createChatModels(config.groundednessJudge);
  const kept = createKeptAnswers(config.answerCache);
  const { documents } = stores;
  const { refusalThreshold, hedgeAfterMilliseconds } = config;
  const now = () => new Date();
  const [chat = null, ...fallbacks] = models;
  const answerQuestion = createAnswerQuestion({
    retrieve,
    embedder,
    chat,
    fallbacks,
    hedge: hedgeAfterMilliseconds === null ? null : createHedge({ afterMilliseconds: hedgeAfterMilliseconds }),
    judge,
    locator,
    index,
    documents,
    refusalThreshold,
    priceOf: (model) => chatPriceOf(model, config),
    problemOf: (error) => toProblem(error, { requestId: '', baseUrl: config.publicUrl ?? '' }),
    now,
    log,
  });
  const answerShared = shareAnswers({
    answerQuestion,
    generation: stores.indexRows.generation,
    fingerprint: createAnswerFingerprint({ chat, fallbacks, judge, locator, embedder, refusalThreshold }),
    kept,
    now,
  });
  const answerGuarded = guardAnswers({
    answerQuestion: answerShared,
    moderatorOf: createModerators(config.modelServer),
    textLeaves: () => models.length > 0 || judge !== null || searchLeaves({ config, embedder }),
    now,
  });
  const prompt = loadPrompts().phraseFollowUps;
  const suggesting = { documents, answerQuestion: answerGuarded, chats: models, prompt, log };
  return {
    ...{ answerQuestion, answerGuarded },
    models,
    suggestFollowUps: createSuggestFollowUps(suggesting),
    forget(tenant: TenantId) {
      forgetTexts();
      return kept.forget(tenant);
    },
    stop: keepFresh({ ...stores, kept, log }).stop,
  };
}

/** Whether the words of a question leave this process when they are searched. */
export function searchLeaves({ config, embedder }: Pick<RetrievalParts, 'config' | 'embedder'>): boolean {
  const { reranker } = config;
  return (reranker !== null && reranker.provider !== 'onnx') || embedder.id !== minilmId;
}
