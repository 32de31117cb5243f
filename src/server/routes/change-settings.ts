import { AppError } from '../../domain/errors.ts';
import type { TenantSettings, TenantSettingsChange } from '../../domain/tenant-settings.ts';
import { type App, principalOf } from '../app-env.ts';
import { defineRoute } from '../define-route.ts';
import type { RouteDeps } from '../route-deps.ts';
import { TenantSettingsChangeSchema, TenantSettingsSchema } from '../settings-schemas.ts';

const route = defineRoute('admin', {
  method: 'patch',
  path: '/v1/settings',
  operationId: 'changeSettings',
  summary: 'Change settings of the tenant',
  description: 'What is left out stays as it is. `GET /v1/audit` lists each change with who made it.',
  request: { body: { required: true, content: { 'application/json': { schema: TenantSettingsChangeSchema } } } },
  responses: {
    200: {
      description: 'The settings as they are now.',
      content: { 'application/json': { schema: TenantSettingsSchema } },
    },
  },
});

export function registerChangeSettings(app: App, deps: RouteDeps): void {
  app.openapi(route, async (c) => {
    const change = c.req.valid('json');
    requireKnownModels(deps, change.models ?? []);
    requireWords(await deps.tenantSettings.read(principalOf(c).tenantId), change);
    return c.json(await deps.tenantSettings.change(principalOf(c), change), 200);
  });
}

/** A name with a slip in it would leave the tenant without the model that was meant. */
function requireKnownModels(
  { models }: Pick<RouteDeps, 'models'>,
  wanted: NonNullable<TenantSettings['models']>,
): void {
  const unknown = wanted.find((name) => !models.includes(name));
  if (unknown === undefined) return;
  throw new AppError('INVALID_REQUEST', 'The server is not set up with such a model.', {
    errors: [{ field: 'models', expected: models.join(' or '), received: JSON.stringify(unknown) }],
  });
}

/** A moderation that looks for nothing would look like one that is on. */
function requireWords(current: TenantSettings, change: TenantSettingsChange): void {
  const { moderation = current.moderation, moderationWords = current.moderationWords } = change;
  if (moderation !== 'words' || moderationWords.length > 0) return;
  throw new AppError('INVALID_REQUEST', 'The moderation `words` needs words to look for.', {
    errors: [{ field: 'moderationWords', expected: 'at least one word while `moderation` is words', received: '[]' }],
  });
}
