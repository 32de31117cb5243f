import { sha256 } from '../domain/sha256.ts';
import type { AnswerQuestionDeps } from './answer-question-chain.ts';
import { confidenceFitId } from './confidence/confidence-model.ts';
import { groundednessVersion } from './ground/score-groundedness.ts';
import { loadPrompts } from './prompts/load-prompts.ts';
import { refusalFitId } from './refuse/refusal-model.ts';

/**
 * Names what decides an answer beside its question and its sources: models, prompt versions, embedder, answer locator, refusal fit, how sentences are judged. It is asked
 * for each answer, because the embedder may be switched while the server runs.
 */
export function createAnswerFingerprint(
  deps: Pick<AnswerQuestionDeps, 'chat' | 'fallbacks' | 'judge' | 'locator' | 'embedder' | 'refusalThreshold'>,
): () => string {
  const models = [deps.chat ?? [], deps.fallbacks ?? []].flat().map(({ id }) => id);
  const judge = deps.judge?.id ?? null;
  const prompts = Object.values(loadPrompts()).map(({ version }) => version);
  const locator = deps.locator?.id ?? null;
  const fits = [refusalFitId(), confidenceFitId(), groundednessVersion, deps.refusalThreshold];
  const parts = [models, judge, locator, prompts, ...fits];
  const fixed = sha256(JSON.stringify(parts));
  return () => `${fixed} ${deps.embedder.id}`;
}
