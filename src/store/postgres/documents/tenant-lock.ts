import { AppError } from '../../../domain/errors.ts';
import type { TenantId } from '../../../domain/ids.ts';
import type { Sql } from '../../sql.ts';

/**
 * Whoever writes documents of a tenant holds its row first: writers wait for each other here, in one order, and a
 * reader of the generation never sees a later change before an earlier one. Throws NOT_FOUND.
 */
export async function lockTenant(sql: Sql, tenant: TenantId): Promise<void> {
  const rows = await sql.query('select from tenants where id = $1 for update', [tenant]);
  if (rows.length === 0) throw new AppError('NOT_FOUND', 'The tenant does not exist.');
}

/** Locks the tenant and returns its new generation. Throws NOT_FOUND. */
export async function raiseGeneration(sql: Sql, tenant: TenantId): Promise<number> {
  const [row] = await sql.query<{ generation: number }>(
    'update tenants set generation = generation + 1 where id = $1 returning generation',
    [tenant],
  );
  if (!row) throw new AppError('NOT_FOUND', 'The tenant does not exist.');
  return row.generation;
}
