import { z } from '@hono/zod-openapi';
import { AppError } from '../domain/errors.ts';
import { isId, type TenantId } from '../domain/ids.ts';
import { type AppContext, principalOf } from './app-env.ts';
import type { RouteDeps } from './route-deps.ts';

export const otherTenant = z
  .string()
  .max(100)
  .optional()
  .openapi({ description: 'Another tenant; only for administrators of the default one.' });

export const tenantQuery = z.strictObject({ tenantId: otherTenant });

/**
 * The tenant whose keys and users the caller manages: its own, or any for an administrator of the default tenant.
 * Throws NOT_FOUND for every other, whether it exists or not.
 */
export async function administeredTenant(
  c: AppContext,
  { identities }: Pick<RouteDeps, 'identities'>,
  wanted: string | undefined,
): Promise<TenantId> {
  const own = principalOf(c).tenantId;
  if (wanted === undefined || wanted === own) return own;
  const isOperator = own === (await identities.defaultTenant()).id;
  const tenant = isOperator && isId('tenant', wanted) ? await identities.getTenant(wanted) : null;
  if (!tenant) throw tenantNotFound();
  return tenant.id;
}

/** Throws FORBIDDEN unless the caller administers the default tenant, which is what stands above the others. */
export async function requireOperator(c: AppContext, { identities }: Pick<RouteDeps, 'identities'>): Promise<void> {
  if (principalOf(c).tenantId !== (await identities.defaultTenant()).id)
    throw new AppError('FORBIDDEN', 'Only administrators of the default tenant manage tenants.');
}

export function tenantNotFound(): AppError {
  return new AppError('NOT_FOUND', 'There is no such tenant.');
}
