import type { Dataset } from '../../evals/datasets/dataset.ts';
import type { LoadedSuite } from '../../evals/suite.ts';
import type { SuiteTarget } from '../../evals/suite-target.ts';
import { createHttpTarget } from '../../evals/targets/http-target.ts';
import { createOpenAiTarget } from '../../evals/targets/openai-target.ts';
import type { Config } from '../config.ts';
import { AppError } from '../domain/errors.ts';
import { createChatModels } from '../models/chat/create-chat-model.ts';
import { createInProcessTarget } from './in-process-target.ts';
import { createServerTarget } from './server-target.ts';

/**
 * The system that a suite asks. The keys of the other settings go to the addresses of those settings only: an address that the suite names gets
 * EVAL_TARGET_KEY. Throws INVALID_REQUEST when suite and settings do not say enough, or a budget has no prices to go by.
 */
export async function openSuiteTarget(config: Config, suite: LoadedSuite, dataset: Dataset): Promise<SuiteTarget> {
  const target = await openTarget(config, suite, dataset);
  const { budget, target: settings, file } = suite;
  const isFree = settings.kind === 'in-process' && (settings.models === 'built-in' || config.chat === null);
  if (budget.cost !== undefined && settings.prices === undefined && !isFree)
    throw new AppError('INVALID_REQUEST', 'A budget in dollars needs prices.', {
      errors: [
        {
          field: `${file}, target.prices`,
          expected: 'input and output, in dollars for a million tokens',
          received: 'nothing',
        },
      ],
    });
  return target;
}

async function openTarget(
  config: Config,
  { target: settings, name, file }: LoadedSuite,
  dataset: Dataset,
): Promise<SuiteTarget> {
  const { key, headers } = config.evalTarget;
  if (settings.kind === 'in-process') return createInProcessTarget({ config, settings, dataset, suite: name });
  if (settings.kind === 'http') {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    return createHttpTarget({ settings, headers: { ...authorization, ...headers } });
  }
  if (settings.kind === 'footnote') {
    const server =
      settings.url === undefined ? config.remote : { url: settings.url.replace(/\/$/, ''), key: key ?? '' };
    if (server === null) throw missing(file, 'target.url', 'an address, or FOOTNOTE_URL and FOOTNOTE_KEY');
    if (server.key === '') throw missing(file, 'EVAL_TARGET_KEY', 'a key for the server that the suite names');
    return createServerTarget({ ...server, settings });
  }
  const server = settings.url === undefined ? config.modelServer : { baseUrl: settings.url, apiKey: key ?? 'none' };
  if (server === null) throw missing(file, 'target.url', 'an address, or OPENAI_API_KEY or OPENAI_BASE_URL');
  const [chat] = await createChatModels({ models: [settings.model], ...server });
  if (!chat) throw missing(file, 'target.model', 'the name of a model');
  return createOpenAiTarget({ chat, settings });
}

function missing(file: string, field: string, expected: string): AppError {
  return new AppError('INVALID_REQUEST', `The target of ${file} cannot be opened.`, {
    errors: [{ field, expected, received: 'nothing' }],
  });
}
