/** Tenants whose rows are looked at together; of more, chance decides which. */
const tenantsAtOnce = 16;

/**
 * SQL of a `with recursive` list whose last entry, `chosen`, holds tenants that have rows in the table which meet the condition: each is
 * found by one look at an index that begins with the tenant, however many rows it has.
 */
export function chosenTenants(table: string, condition: string): string {
  return `waiting as (
    (select tenant_id from ${table} where ${condition} order by tenant_id limit 1)
    union all
    select (select r.tenant_id from ${table} r where ${condition} and r.tenant_id > w.tenant_id order by r.tenant_id limit 1)
    from waiting w where w.tenant_id is not null
  ), chosen as (
    select tenant_id from waiting where tenant_id is not null order by random() limit ${tenantsAtOnce}
  )`;
}
