import { z } from '@hono/zod-openapi';
import type { CachePolicy } from '../chains/answer-question.ts';
import { underSettings } from '../chains/under-settings.ts';
import { answerModes } from '../domain/answer.ts';
import { AppError } from '../domain/errors.ts';
import type { AnswerId } from '../domain/ids.ts';
import { defaultTenantSettings, type TenantSettings } from '../domain/tenant-settings.ts';
import type { AnswerRequest } from './answer-runs.ts';
import { type AppContext, principalOf } from './app-env.ts';
import { once } from './idempotency.ts';
import { clauseOfRequest } from './request-filter.ts';
import type { RouteDeps } from './route-deps.ts';
import { FilterSchema } from './schemas.ts';

function isLanguageTag(value: string): boolean {
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
}

/** What every route that answers a question takes. */
export const answerOptions = {
  filter: FilterSchema.optional(),
  mode: z.enum(answerModes).optional(),
  locale: z.string().max(35).refine(isLanguageTag, 'a language tag (BCP 47), such as de or pt-BR').optional(),
  maxQuotes: z.int().min(1).max(20).default(8),
  expand: z.boolean().default(true).openapi({
    description: 'Whether a question that finds little is searched in other words too; `question-expanded` says so.',
  }),
};
const AnswerOptions = z.object(answerOptions);
type Asked = z.output<typeof AnswerOptions> &
  Pick<AnswerRequest, 'question' | 'conversationId' | 'editOf' | 'history' | 'schema'> & {
    /** What is to write it; undefined: whatever the tenant allows. */
    readonly model?: string | undefined;
  };

/**
 * Starts the answer of this request's caller, once for each Idempotency-Key. Throws INVALID_REQUEST for a wrong filter,
 * MODEL_NOT_ALLOWED for a model outside the tenant's list, and what `once` and `AnswerRuns.start` throw.
 */
export async function startAnswer(c: AppContext, deps: RouteDeps, asked: Asked): Promise<{ id: AnswerId }> {
  const principal = principalOf(c);
  // Before the request is compared: a filter of any depth is an error, not the end of the stack.
  const filter = await clauseOfRequest(deps, principal, asked.filter);
  return await once(c, deps.idempotency, {
    request: asked,
    make: async () => {
      const requestUnder = (settings: TenantSettings): AnswerRequest => ({
        question: asked.question,
        conversationId: asked.conversationId,
        editOf: asked.editOf ?? null,
        history: asked.history,
        filter,
        mode: asked.mode ?? deps.answerMode,
        locale: asked.locale ?? null,
        maxQuotes: asked.maxQuotes,
        expand: asked.expand,
        schema: asked.schema,
        ...underSettings(settings),
        models: asked.model === undefined ? settings.models : [asked.model],
        cache: cachePolicyOf(c.req.header('cache-control')),
        principal,
        problem: { requestId: c.get('requestId'), baseUrl: c.get('baseUrl') },
      });
      // What is kept under settings that have passed is not stored, so that they need not be read first.
      const last = deps.tenantSettings.lastState(principal.tenantId);
      const kept = last && (await deps.runs.startKept(requestUnder(last.settings), last.generation));
      if (kept) return { id: kept.id };
      const state = await deps.tenantSettings.readState(principal.tenantId);
      const settings = state?.settings ?? defaultTenantSettings;
      requireAllowed(asked.model, settings);
      const { id } = await deps.runs.start({ ...requestUnder(settings), generation: state?.generation });
      return { id };
    },
  });
}

function requireAllowed(model: string | undefined, { models }: TenantSettings): void {
  if (model === undefined || (models?.includes(model) ?? true)) return;
  throw new AppError('MODEL_NOT_ALLOWED', `The tenant does not allow ${model}.`, {
    errors: [{ field: 'model', expected: models?.join(' or ') ?? '', received: JSON.stringify(model) }],
  });
}

/** What the client's Cache-Control asks for. */
function cachePolicyOf(header = ''): CachePolicy {
  const directives = new Set(header.split(',').map((directive) => directive.trim().toLowerCase()));
  if (directives.has('no-store')) return 'bypass';
  return directives.has('no-cache') || directives.has('max-age=0') ? 'refresh' : 'use';
}
