import { createHash } from 'node:crypto';
import type { AnswerQuestionDeps } from './answer-question-chain.ts';
import { loadPrompts } from './prompts/load-prompts.ts';
import { refusalFitId } from './refuse/refusal-model.ts';

/**
 * Names what decides an answer beside its question and its sources: models, prompt versions, embedder, refusal fit. It is asked
 * for each answer, because the embedder may be switched while the server runs.
 */
export function createAnswerFingerprint(
  deps: Pick<AnswerQuestionDeps, 'chat' | 'fallbacks' | 'embedder' | 'refusalThreshold'>,
): () => string {
  const models = [deps.chat ?? [], deps.fallbacks ?? []].flat().map(({ id }) => id);
  const prompts = Object.values(loadPrompts()).map(({ version }) => version);
  const fixed = createHash('sha256')
    .update(JSON.stringify([models, prompts, refusalFitId(), deps.refusalThreshold]))
    .digest('hex');
  return () => `${fixed} ${deps.embedder.id}`;
}
