import { AppError } from '../../../domain/errors.ts';
import type { TenantId } from '../../../domain/ids.ts';
import type { EmbeddingStore, UnembeddedPassage } from '../../documents.ts';
import type { Sql, SqlDriver } from '../../sql.ts';
import { allWork, type WorkShare } from '../../workers.ts';
import { bytesColumn, textColumn } from '../columns.ts';
import { giveUpTexts } from './give-up-texts.ts';
import { createPlannerStatistics } from './planner-statistics.ts';
import { lockTenant, raiseGeneration } from './tenant-lock.ts';
import { chosenTenants } from './tenants-in-turn.ts';
import { encodeDense } from './vector-bytes.ts';
import { createWindowRows } from './window-rows.ts';
import { inShare } from './work-share.ts';

export interface EmbeddingStoreOptions {
  readonly now?: () => Date;
}

const adoptTimeoutSeconds = 600;
const dayMilliseconds = 86_400_000;

export function createEmbeddingStore(driver: SqlDriver, options: EmbeddingStoreOptions = {}): EmbeddingStore {
  const { now = () => new Date() } = options;
  const statistics = createPlannerStatistics(driver, ['embeddings', 'embedding_queue']);
  let adopted: { readonly embedder: string; readonly done: Promise<void> } | null = null;

  /** Whenever another embedder comes into use: what waits for a vector is counted for the one that runs now. */
  async function adopt(embedder: string): Promise<void> {
    if (adopted?.embedder !== embedder) {
      const options = { timeoutSeconds: adoptTimeoutSeconds };
      adopted = { embedder, done: driver.asOperator((sql) => adoptEmbedder(sql, embedder, now()), options) };
    }
    const current = adopted;
    await current.done.catch((error) => {
      if (adopted === current) adopted = null;
      throw error;
    });
  }

  return {
    inUse: () => driver.asOperator(readInUse),

    async unembedded(embedder, limit, share = allWork) {
      await adopt(embedder);
      return await driver.asOperator((sql) => readUnembedded(sql, limit, share));
    },

    async missing(embedder, tenant, embeddingHashes) {
      await adopt(embedder);
      const rows = await driver.queryAsTenant<{ hash: string }>(
        tenant,
        `select distinct x.hash from unnest($3::text[]) as x(hash)
         where not exists (
           select from embeddings e where e.tenant_id = $1 and e.embedder = $2 and e.embedding_hash = x.hash)`,
        [tenant, embedder, embeddingHashes],
      );
      return rows.map(({ hash }) => hash);
    },

    async save(embedder, dimensions, vectors) {
      await adopt(embedder);
      if (vectors.some(({ vector }) => vector.length !== dimensions))
        throw new AppError('MODEL_BAD_RESPONSE', `The embedder gave a vector that has not ${dimensions} dimensions.`);
      for (const [tenant, group] of Map.groupBy(vectors, ({ tenantId }) => tenantId))
        await driver.asTenant(tenant, (sql) => saveVectors(sql, { tenant, embedder, vectors: group, now: now() }));
      await statistics.added(vectors.length);
    },

    async giveUp(embedder, refused) {
      for (const [tenant, group] of Map.groupBy(refused, ({ tenantId }) => tenantId))
        await driver.asTenant(tenant, (sql) => giveUpTexts(sql, { tenant, embedder, refused: group }));
    },

    async textsWithout(embedder, tenant, after, limit) {
      return await driver.queryAsTenant<{ embeddingHash: string; text: string }>(
        tenant,
        `select distinct on (p.embedding_hash) p.embedding_hash as "embeddingHash", p.embedding_text as text
         from passages p
         join documents d on d.tenant_id = p.tenant_id and d.id = p.document_id and d.current_version = p.version
         where p.tenant_id = $1 and d.deleted_at is null and p.embedding_hash > $3 and not exists (
           select from embeddings e where e.tenant_id = $1 and e.embedder = $2 and e.embedding_hash = p.embedding_hash)
         order by p.embedding_hash limit $4`,
        [tenant, embedder, after, limit],
      );
    },

    async saveBeside(embedder, tenant, vectors) {
      await driver.queryAsTenant(
        tenant,
        `with tenant as materialized (select id from tenants where id = $1 for key share)
         insert into embeddings (tenant_id, embedder, embedding_hash, vector, created_at)
         select id, $2, x.hash, x.vector, $5 from tenant, unnest($3::text[], $4::bytea[]) as x(hash, vector)
         on conflict do nothing`,
        [
          tenant,
          embedder,
          textColumn(vectors.map(({ embeddingHash }) => embeddingHash)),
          bytesColumn(vectors.map(({ vector }) => encodeDense(vector))),
          now(),
        ],
      );
      await statistics.added(vectors.length);
    },

    async waiting(embedder, tenant) {
      await adopt(embedder);
      const text = `select coalesce(sum(waiting), 0) as waiting from documents
        where waiting > 0 and deleted_at is null and ($1::text is null or tenant_id = $1)`;
      const rows = await (tenant === null
        ? driver.asOperator((sql) => sql.query<{ waiting: number }>(text, [tenant]))
        : driver.queryAsTenant<{ waiting: number }>(tenant, text, [tenant]));
      return rows[0]?.waiting ?? 0;
    },

    ...createWindowRows(driver),
  };
}

async function readInUse(sql: Sql): Promise<string | null> {
  const [active] = await sql.query<{ embedder: string }>('select embedder from active_embedder');
  return active?.embedder ?? null;
}

/** Also drops vectors that no passage has used for a day: those of documents that were removed while they were embedded. */
async function adoptEmbedder(sql: Sql, embedder: string, now: Date): Promise<void> {
  await sql.query(
    `delete from embeddings e where e.created_at < $1
       and not exists (select from passages p where p.tenant_id = e.tenant_id and p.embedding_hash = e.embedding_hash)`,
    [new Date(now.getTime() - dayMilliseconds)],
  );
  if ((await readInUse(sql)) === embedder) return;
  await sql.query('update tenants set generation = generation + 1');
  await sql.query(
    `insert into active_embedder (embedder) values ($1) on conflict (is_only) do update set embedder = excluded.embedder`,
    [embedder],
  );
  await sql.query(
    `update document_versions set error_code = null, error_detail = null where state = 'ready' and error_code is not null`,
  );
  await sql.query('delete from embedding_queue');
  await sql.query(
    `insert into embedding_queue (tenant_id, embedding_hash, queue_number, ordinal)
     select p.tenant_id, p.embedding_hash, v.queue_number, p.ordinal
     from passages p
     join document_versions v on v.tenant_id = p.tenant_id and v.document_id = p.document_id and v.version = p.version
     where not exists (
       select from embeddings e
       where e.tenant_id = p.tenant_id and e.embedder = $1 and e.embedding_hash = p.embedding_hash)
     order by v.queue_number, p.ordinal on conflict do nothing`,
    [embedder],
  );
  await sql.query(
    `update documents d set generation = t.generation, waiting = (
       select count(*) from passages p
       join embedding_queue q on q.tenant_id = p.tenant_id and q.embedding_hash = p.embedding_hash
       where p.tenant_id = d.tenant_id and p.document_id = d.id and p.version = d.current_version)
     from tenants t where t.id = d.tenant_id and d.current_version is not null`,
  );
}

const waitingTexts = { condition: 'true', order: 'queue_number', takesPart: 'true' };

async function readUnembedded(sql: Sql, limit: number, { place, of }: WorkShare): Promise<UnembeddedPassage[]> {
  return await sql.queryLast<UnembeddedPassage>(
    `with recursive ${chosenTenants('embedding_queue', waitingTexts)}, next as (
       select q.*, row_number() over (partition by q.tenant_id order by q.queue_number, q.ordinal) as turn
       from chosen c cross join lateral (
         select * from embedding_queue where tenant_id = c.tenant_id and ${inShare('embedding_hash', '$2', '$3')}
         order by queue_number, ordinal limit $1) q
       order by turn, queue_number, ordinal limit $1)
     select q.tenant_id as "tenantId", q.embedding_hash as "embeddingHash", p.text
     from next q cross join lateral (
       select p.embedding_text as text from passages p
       join documents d on d.tenant_id = p.tenant_id and d.id = p.document_id and d.current_version = p.version
       where p.tenant_id = q.tenant_id and p.embedding_hash = q.embedding_hash and d.deleted_at is null limit 1) p
     order by q.turn, q.queue_number, q.ordinal`,
    [limit, place, of],
  );
}

interface SaveOptions {
  readonly tenant: TenantId;
  readonly embedder: string;
  readonly vectors: readonly { readonly embeddingHash: string; readonly vector: Float32Array }[];
  readonly now: Date;
}

async function saveVectors(sql: Sql, { tenant, embedder, vectors, now }: SaveOptions): Promise<void> {
  const hashes = textColumn(vectors.map(({ embeddingHash }) => embeddingHash));
  const [, , embedded] = await Promise.all([
    lockTenant(sql, tenant),
    sql.query(
      `insert into embeddings (tenant_id, embedder, embedding_hash, vector, created_at)
       select $1, $2, x.hash, x.vector, $5 from unnest($3::text[], $4::bytea[]) as x(hash, vector)
       on conflict do nothing`,
      [tenant, embedder, hashes, bytesColumn(vectors.map(({ vector }) => encodeDense(vector))), now],
    ),
    sql.query<{ documentId: string; version: number; passages: number }>(
      `with embedded as (
         delete from embedding_queue q using unnest($3::text[]) as x(hash)
         where q.tenant_id = $1 and q.embedding_hash = x.hash and $2 = (select embedder from active_embedder)
         returning q.embedding_hash)
       select p.document_id as "documentId", p.version, count(*) as passages
       from embedded join passages p on p.tenant_id = $1 and p.embedding_hash = embedded.embedding_hash
       group by p.document_id, p.version`,
      [tenant, embedder, hashes],
    ),
  ]);
  if (embedded.length === 0) return;
  await Promise.all([
    raiseGeneration(sql, tenant),
    sql.queryLast(
      `update documents d set waiting = d.waiting - x.passages, generation = (select generation from tenants where id = $1)
       from unnest($2::text[], $3::integer[], $4::integer[]) as x(document_id, version, passages)
       where d.tenant_id = $1 and d.id = x.document_id and d.current_version = x.version`,
      [
        tenant,
        embedded.map(({ documentId }) => documentId),
        embedded.map(({ version }) => version),
        embedded.map(({ passages }) => passages),
      ],
    ),
  ]);
}
