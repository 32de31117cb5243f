/** Tenants whose rows are looked at together; of more, chance decides which. */
const tenantsAtOnce = 16;

/** Which rows count, and how to see by a tenant's first row alone whether it has anything to do. */
interface WaitingRows {
  readonly condition: string;
  /** Column by which a tenant's rows are ordered. */
  readonly order: string;
  /** Whether the tenant takes part, of the value `first` of that column in its first row. */
  readonly takesPart: string;
}

/**
 * SQL of a `with recursive` list whose last entry, `chosen`, holds tenants that have rows in the table which meet the condition: each is
 * found by one look at an index that begins with the tenant and the order, however many rows it has.
 */
export function chosenTenants(table: string, { condition, order, takesPart }: WaitingRows): string {
  return `waiting as (
    (select tenant_id, ${order} as first from ${table} where ${condition} order by tenant_id, ${order} limit 1)
    union all
    select next.tenant_id, next.first from waiting w cross join lateral (
      select r.tenant_id, r.${order} as first from ${table} r where ${condition} and r.tenant_id > w.tenant_id
      order by r.tenant_id, r.${order} limit 1) next
  ), chosen as (
    select tenant_id from waiting where ${takesPart} order by random() limit ${tenantsAtOnce}
  )`;
}
