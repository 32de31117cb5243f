import type { TenantId } from '../../domain/ids.ts';
import type { IndexCollection, IndexStates, TenantLag } from '../index-states.ts';
import type { SqlDriver } from '../sql.ts';

interface IndexStateStoreOptions {
  readonly now?: () => Date;
}

export function createIndexStateStore(driver: SqlDriver, options: IndexStateStoreOptions = {}): IndexStates {
  const { now = () => new Date() } = options;
  const run: Run = (text, values) => driver.asOperator((sql) => sql.query(text, values));
  return { ...tenantStates(run, now), ...collectionStates(driver, run, now) };
}

type Run = <Row extends object>(text: string, values: Parameters<SqlDriver['queryAsTenant']>[2]) => Promise<Row[]>;

type CollectionMethods =
  | 'collections'
  | 'addCollection'
  | 'claimCollection'
  | 'releaseCollection'
  | 'setLive'
  | 'removeCollection';

function tenantStates(run: Run, now: () => Date): Omit<IndexStates, CollectionMethods> {
  return {
    async generation(collection, tenant) {
      const rows = await run<{ generation: number }>(
        'select generation from index_states where collection = $1 and tenant_id = $2',
        [collection, tenant],
      );
      return rows[0]?.generation ?? 0;
    },

    async claim(collection, tenant, filler, seconds) {
      const until = new Date(now().getTime() + seconds * 1000);
      const rows = await run<{ generation: number }>(
        `insert into index_states as s (collection, tenant_id, filler, lease_until) values ($1, $2, $3, $4)
         on conflict (collection, tenant_id) do update set filler = $3, lease_until = $4
         where s.filler is null or s.filler = $3 or s.lease_until < $5
         returning generation`,
        [collection, tenant, filler, until, now()],
      );
      return rows[0]?.generation ?? null;
    },

    async advance(collection, tenant, filler, generation) {
      const rows = await run(
        `update index_states set generation = $4 where collection = $1 and tenant_id = $2 and filler = $3 returning 1 as one`,
        [collection, tenant, filler, generation],
      );
      return rows.length > 0;
    },

    async release(collection, tenant, filler) {
      await run(
        `update index_states set filler = null, lease_until = null where collection = $1 and tenant_id = $2 and filler = $3`,
        [collection, tenant, filler],
      );
    },

    /** A filler that is at work loses its claim, or it would write its generation over this. */
    async reset(collection, tenant) {
      await run(
        `update index_states set generation = 0, filler = null, lease_until = null
         where collection = $1 and ($2::text is null or tenant_id = $2)`,
        [collection, tenant],
      );
    },

    lag: (collection) =>
      run<TenantLag>(
        `select t.id as tenant, coalesce(s.generation, 0) as generation, t.generation as "rowsGeneration",
           coalesce(sum(d.passages), 0) as passages,
           coalesce(sum(d.passages) filter (where d.generation > coalesce(s.generation, 0)), 0) as "passagesBehind"
         from tenants t
         left join index_states s on s.tenant_id = t.id and s.collection = $1
         left join documents d on d.tenant_id = t.id and d.current_version is not null and d.deleted_at is null
         group by t.id, s.generation order by t.id`,
        [collection],
      ),

    async orphans(collection) {
      const rows = await run<{ tenant: TenantId }>(
        `select tenant_id as tenant from index_states s where collection = $1
           and not exists (select from tenants t where t.id = s.tenant_id)`,
        [collection],
      );
      return rows.map(({ tenant }) => tenant);
    },

    async forget(collection, tenant) {
      await run('delete from index_states where collection = $1 and tenant_id = $2', [collection, tenant]);
    },
  };
}

function collectionStates(driver: SqlDriver, run: Run, now: () => Date): Pick<IndexStates, CollectionMethods> {
  return {
    collections: () =>
      run<IndexCollection>(
        `select name, embedder, dimensions, is_live as "isLive", created_at as "createdAt", retired_at as "retiredAt"
         from index_collections order by created_at, name`,
        [],
      ),

    async addCollection({ name, embedder, dimensions }) {
      await run(
        `insert into index_collections (name, embedder, dimensions, created_at) values ($1, $2, $3, $4)
         on conflict (name) do nothing`,
        [name, embedder, dimensions, now()],
      );
    },

    async claimCollection(name, filler, seconds) {
      const rows = await run(
        `update index_collections set filler = $2, lease_until = $3
         where name = $1 and (filler is null or filler = $2 or lease_until < $4) returning name`,
        [name, filler, new Date(now().getTime() + seconds * 1000), now()],
      );
      return rows.length > 0;
    },

    async releaseCollection(name, filler) {
      await run('update index_collections set filler = null, lease_until = null where name = $1 and filler = $2', [
        name,
        filler,
      ]);
    },

    setLive: (name) =>
      driver.asOperator(async (sql) => {
        await sql.query('update index_collections set is_live = false, retired_at = $2 where is_live and name <> $1', [
          name,
          now(),
        ]);
        await sql.query('update index_collections set is_live = true, retired_at = null where name = $1', [name]);
      }),

    removeCollection: (name) =>
      driver.asOperator(async (sql) => {
        await sql.query('delete from index_states where collection = $1', [name]);
        await sql.query('delete from index_collections where name = $1', [name]);
      }),
  };
}
