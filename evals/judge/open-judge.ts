import type { Config } from '../../src/config.ts';
import { AppError, type FieldError } from '../../src/domain/errors.ts';
import { createChatModels } from '../../src/models/chat/create-chat-model.ts';
import { chatPriceOf } from '../../src/models/chat-price.ts';
import type { LoadedSuite } from '../suite.ts';
import type { JudgeModel } from './ask-judge.ts';
import type { JudgePanel } from './ask-panel.ts';
import { loadJudgePrompts } from './judge-prompts.ts';
import { type JudgeModelSettings, oneJudge } from './judge-settings.ts';
import type { VerdictCache } from './verdict-cache.ts';

interface OpenJudgeOptions {
  /** Whose `judge` is opened; without one EVAL_JUDGE_MODEL is asked once. */
  readonly suite?: Pick<LoadedSuite, 'file' | 'judge' | 'budget'> | undefined;
  /** Where verdicts are kept; null keeps none. */
  readonly cache: VerdictCache | null;
}

/**
 * The panel of a suite, or the judge of the settings; null where neither names a model. Throws INVALID_REQUEST for a prompt that cannot be used, for a
 * model without a server, and for one without a price where the suite has a budget in dollars.
 */
export async function openJudge(
  config: Config['evalJudge'],
  { suite, cache }: OpenJudgeOptions,
): Promise<JudgePanel | null> {
  const settings = suite?.judge ?? oneJudge;
  const { prompts, models = config.model === null ? [] : [{ model: config.model }], ...ways } = settings;
  if (models.length === 0) return null;
  const place = (field: string) => (suite?.judge ? `${suite.file}, judge.${field}` : 'EVAL_JUDGE_MODEL');
  const needsPrice = suite?.budget.cost !== undefined;
  const open = async (list: readonly JudgeModelSettings[], field: string) =>
    await Promise.all(
      list.map((entry, index) => openModel(config, entry, { field: place(`${field}.${index}`), needsPrice })),
    );
  return {
    settings: { ...ways, models },
    models: await open(models, 'models'),
    fallback: await open(settings.fallback, 'fallback'),
    prompts: loadJudgePrompts(prompts),
    cache,
  };
}

/** A key goes to the host that it is named for, and that of the settings to the server of the settings. */
async function openModel(
  { server, keys }: Config['evalJudge'],
  { model, url, prices: given }: JudgeModelSettings,
  { field, needsPrice }: { readonly field: string; readonly needsPrice: boolean },
): Promise<JudgeModel> {
  const asked = url === undefined ? server : { baseUrl: url, apiKey: keys[new URL(url).host] ?? 'none' };
  const [chat] = asked ? await createChatModels({ models: [model], ...asked }) : [];
  if (!asked || !chat)
    throw invalid(`The judge ${model} has no server.`, {
      field,
      expected: '`url`, or EVAL_JUDGE_URL, OPENAI_API_KEY or OPENAI_BASE_URL',
    });
  const { baseUrl } = asked;
  const prices = given ?? chatPriceOf(model, { chatPrices: null, chat: { models: [model], baseUrl } });
  if (needsPrice && prices === null)
    throw invalid('A budget in dollars needs prices of who judges.', {
      field: `${field}, prices`,
      expected: 'input and output, in dollars for a million tokens',
    });
  return { chat, provider: baseUrl === null ? 'api.openai.com' : new URL(baseUrl).host, prices };
}

function invalid(detail: string, error: Pick<FieldError, 'field' | 'expected'>): AppError {
  return new AppError('INVALID_REQUEST', detail, { errors: [{ ...error, received: 'nothing' }] });
}
