import type { EvalCase } from '../../evals/case.ts';
import type { Dataset } from '../../evals/datasets/dataset.ts';
import { hashOf } from '../../evals/hash-of.ts';
import { fill } from '../../evals/retrieval.ts';
import type { TargetOf } from '../../evals/suite.ts';
import type { Forecast, SuiteTarget } from '../../evals/suite-target.ts';
import { priced } from '../../evals/targets/price-answer.ts';
import { recordAnswer } from '../../evals/targets/record-answer.ts';
import { type Config, loadConfig } from '../config.ts';
import { AppError } from '../domain/errors.ts';
import { codeFingerprint } from './code-fingerprint.ts';
import type { createEvalTarget } from './eval-target.ts';
import { openEvalTargets } from './open-eval-targets.ts';

/** More than an answer's calls have read and written; most need a fifth of it. */
const mostTokens = { calls: 4, inputTokens: 16_000, outputTokens: 4_000 };

export interface InProcessOptions {
  readonly config: Config;
  readonly settings: TargetOf<'in-process'>;
  readonly dataset: Pick<Dataset, 'corpus' | 'documents' | 'corpusHash'>;
  readonly suite: string;
}

/**
 * This product, in a throwaway folder and tenant that is filled with the dataset's corpus. Tenant and groups of a case are
 * the rights of its asker; records of other tenants lie in tenants of their own. Throws
 * INVALID_REQUEST when there is no corpus.
 */
export function createInProcessTarget({ config, settings, dataset, suite }: InProcessOptions): SuiteTarget {
  const used = settings.models === 'built-in' ? loadConfig({ LOG_LEVEL: config.logLevel }) : config;
  const stack = new AsyncDisposableStack();
  const { documents, corpus } = dataset;
  if (documents === null && corpus === null) throw withoutCorpus();
  const configuration = hashOf([settings, codeFingerprint(), answeringSettings(used), dataset.corpusHash]);
  let target: ReturnType<typeof createEvalTarget> | null = null;
  const { chat } = used;
  const forecast: Forecast =
    chat === null
      ? { calls: 0, inputTokens: 0, outputTokens: 0, cost: 0 }
      : priced({ ...mostTokens, cost: null }, settings.prices);
  return {
    configuration,
    async prepare(progress) {
      const openTarget = await openEvalTargets(used, suite, stack);
      target = await openTarget('suite', settings.mode);
      await fill(target, { corpus, documents: documents ?? '' }, settings.as, progress);
      return { identity: configuration };
    },
    forecast: () => forecast,
    async ask(question: EvalCase, signal) {
      if (!target) throw new AppError('INTERNAL', 'The target was not prepared.');
      if (question.contexts.length > 0) throw searchesItself();
      const answer = await recordAnswer(target.ask(question, signal), target);
      return {
        ...answer,
        cost: chat === null ? 0 : priced({ ...answer.usage, cost: answer.cost }, settings.prices).cost,
      };
    },
    close: () => stack.disposeAsync(),
  };
}

/** All settings that may change an answer, without secrets. */
function answeringSettings(config: Config) {
  const { chat, groundednessJudge, embedding, reranker, unstructured } = config;
  const server = (given: typeof chat) => given && { models: given.models, baseUrl: given.baseUrl };
  return [
    server(chat),
    server(groundednessJudge),
    { ...embedding, apiKey: null },
    reranker && { ...reranker, apiKey: null },
    unstructured && { ...unstructured, apiKey: null },
    config.qdrant !== null,
    config.hedgeAfterMilliseconds,
    config.chunks,
    config.refusalThreshold,
    config.freshnessHalfLifeDays,
  ];
}

function withoutCorpus(): AppError {
  return new AppError('INVALID_REQUEST', 'The target is filled from a corpus, and the data have none.', {
    errors: [
      {
        field: 'data.corpus',
        expected: 'a folder of documents, or a corpus.jsonl, named here or beside the cases',
        received: 'none',
      },
    ],
  });
}

export function searchesItself(): AppError {
  return new AppError('INVALID_REQUEST', 'Footnote answers from its documents, and the case brings texts of its own.', {
    errors: [{ field: 'contexts', expected: 'none; put the texts into the corpus', received: 'some' }],
  });
}
