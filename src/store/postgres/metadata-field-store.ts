import { AppError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type MetadataField, mostMetadataFields } from '../../domain/metadata.ts';
import type { MetadataFieldStore } from '../metadata-fields.ts';
import type { Sql, SqlDriver } from '../sql.ts';
import { lockTenant, raiseGeneration } from './documents/tenant-lock.ts';

const columns = 'name, type, description, created_at as "createdAt"';
const fieldsOfTenant = `select ${columns} from metadata_fields where tenant_id = $1 order by name collate "C"`;

export function createMetadataFieldStore(
  driver: SqlDriver,
  { now = () => new Date() }: { now?: () => Date } = {},
): MetadataFieldStore {
  return {
    list: (tenant) => driver.queryAsTenant<MetadataField>(tenant, fieldsOfTenant, [tenant]),

    declare: (tenant, field) =>
      driver.asTenant(tenant, async (sql) => {
        await lockTenant(sql, tenant);
        await requireRoom(sql, tenant, field);
        const [declared] = await sql.query<MetadataField>(
          `insert into metadata_fields (tenant_id, name, type, description, created_at) values ($1, $2, $3, $4, $5)
           on conflict (tenant_id, name) do update set type = excluded.type, description = excluded.description
           returning ${columns}`,
          [tenant, field.name, field.type, field.description, now()],
        );
        if (!declared) throw new AppError('INTERNAL', 'The field was not declared.');
        return declared;
      }),

    remove: (tenant, name) =>
      driver.asTenant(tenant, async (sql) => {
        const generation = await raiseGeneration(sql, tenant);
        await sql.query(
          `update documents set metadata = metadata - $2::text, given_metadata = given_metadata - $2::text, generation = $3
           where tenant_id = $1 and metadata ? $2::text`,
          [tenant, name, generation],
        );
        const removed = await sql.query('delete from metadata_fields where tenant_id = $1 and name = $2 returning 1', [
          tenant,
          name,
        ]);
        return removed.length > 0;
      }),
  };
}

/** Inside a transaction of the tenant; with its row locked, what is read stays true until the end. */
export async function readMetadataFields(sql: Sql, tenant: TenantId): Promise<MetadataField[]> {
  return await sql.query<MetadataField>(fieldsOfTenant, [tenant]);
}

async function requireRoom(
  sql: Sql,
  tenant: TenantId,
  { name, type }: Pick<MetadataField, 'name' | 'type'>,
): Promise<void> {
  const fields = await readMetadataFields(sql, tenant);
  const known = fields.find((field) => field.name === name);
  if (!known && fields.length >= mostMetadataFields)
    throw new AppError('CONFLICT', `There are ${mostMetadataFields} fields already, as many as there may be.`);
  if (!known || known.type === type) return;
  const [holder] = await sql.query('select from documents where tenant_id = $1 and metadata ? $2::text limit 1', [
    tenant,
    name,
  ]);
  if (holder)
    throw new AppError(
      'CONFLICT',
      `Documents hold values of ${name} as ${known.type}; remove the field with its values first.`,
    );
}
