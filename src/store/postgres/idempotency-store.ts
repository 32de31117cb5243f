import type { IdempotencyStore } from '../idempotency.ts';
import type { SqlDriver } from '../sql.ts';

export interface IdempotencyStoreOptions {
  readonly now?: () => Date;
}

const keptMilliseconds = 86_400_000;
const abandonedMilliseconds = 600_000;

interface KeyRow {
  readonly hash: string;
  readonly body: object | null;
}

export function createIdempotencyStore(
  driver: SqlDriver,
  { now = () => new Date() }: IdempotencyStoreOptions = {},
): IdempotencyStore {
  return {
    begin: (tenant, key, requestHash) =>
      driver.asTenant(tenant, async (sql) => {
        const time = now().getTime();
        await sql.query(
          `delete from idempotency_keys where tenant_id = $1
             and (created_at <= $2 or key = $3 and body is null and created_at <= $4)`,
          [tenant, new Date(time - keptMilliseconds), key, new Date(time - abandonedMilliseconds)],
        );
        const begun = await sql.query(
          `insert into idempotency_keys (tenant_id, key, request_hash, created_at) values ($1, $2, $3, $4)
           on conflict do nothing returning 1`,
          [tenant, key, requestHash, new Date(time)],
        );
        if (begun.length > 0) return 'new';
        const [known] = await sql.query<KeyRow>(
          'select request_hash as hash, body from idempotency_keys where tenant_id = $1 and key = $2',
          [tenant, key],
        );
        if (known && known.hash !== requestHash) return 'conflict';
        return known?.body ? { body: known.body } : 'running';
      }),

    finish: async (tenant, key, body) => {
      await driver.queryAsTenant(tenant, 'update idempotency_keys set body = $3 where tenant_id = $1 and key = $2', [
        tenant,
        key,
        { ...body },
      ]);
    },

    release: async (tenant, key) => {
      await driver.queryAsTenant(
        tenant,
        'delete from idempotency_keys where tenant_id = $1 and key = $2 and body is null',
        [tenant, key],
      );
    },
  };
}
