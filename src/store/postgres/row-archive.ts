import { AppError } from '../../domain/errors.ts';
import type { ArchiveSummary, RowArchive, RowBatch } from '../row-archive.ts';
import type { Sql, SqlDriver } from '../sql.ts';

/** Tables in an order in which each comes after those that its rows belong to. */
export const archivedTables = [
  'tenants',
  'users',
  'api_keys',
  'active_embedder',
  'metadata_fields',
  'glossary_terms',
  'tenant_rankers',
  'tenant_settings',
  'audit_entries',
  'sources',
  'jobs',
  'documents',
  'document_versions',
  'job_items',
  'passages',
  'embeddings',
  'embedding_queue',
  'conversations',
  'answers',
  'messages',
  'feedback',
  'source_runs',
  'source_items',
  'object_purges',
  'document_purges',
  'curated_answers',
  'curated_answer_sources',
] as const;

/** What belongs to a process, a browser, a request or an index elsewhere, and means nothing in another installation. */
export const leftTables = [
  'idempotency_keys',
  'index_collections',
  'index_states',
  'schema_migrations',
  'sessions',
  'text_removals',
  'workers',
] as const;

const timeoutSeconds = 3_600;
/** A batch is one string on both sides: rows with long texts come in fewer, as far as those before them tell. */
const batchCharacters = 1_000_000;
const rowsAtFirst = 10;
const rowsAtMost = 500;

export function createRowArchive(driver: SqlDriver): RowArchive {
  return {
    async read(begin, take) {
      await driver.asOperator(
        async (sql) => {
          await sql.query('set transaction isolation level repeatable read, read only');
          await begin(await summarize(sql));
          for (const table of archivedTables) await readTable(sql, table, take);
        },
        { timeoutSeconds },
      );
    },
    async requireEmpty(migrations) {
      await driver.asOperator((sql) => requireEmpty(sql, migrations));
    },
    async write(migrations, batches) {
      await driver.asOperator(
        async (sql) => {
          // A server that starts now waits for the end of this, and finds the tenants.
          await sql.query('lock table tenants in share row exclusive mode');
          await requireEmpty(sql, migrations);
          // The one row that belongs to no tenant may be left of tenants that were removed.
          await sql.query('delete from active_embedder');
          for await (const batch of batches) await writeBatch(sql, batch);
          await continueNumbers(sql);
        },
        { timeoutSeconds },
      );
    },
  };
}

async function summarize(sql: Sql): Promise<ArchiveSummary> {
  const [migrations, counted, objects] = await Promise.all([
    sql.query<{ name: string }>('select name from schema_migrations order by name'),
    sql.query<{ rows: number }>(
      `select (${archivedTables.map((table) => `(select count(*) from ${table})`).join(' + ')})::int as rows`,
    ),
    sql.query<{ hash: string }>(
      `select content_hash as hash from document_versions
       union select upload ->> 'hash' from sources where upload is not null order by hash`,
    ),
  ]);
  return {
    migrations: migrations.map(({ name }) => name),
    rows: counted[0]?.rows ?? 0,
    objects: objects.map(({ hash }) => hash),
  };
}

async function readTable(sql: Sql, table: string, take: (batch: RowBatch) => Promise<void>): Promise<void> {
  await sql.query(`declare archived no scroll cursor for select row_to_json(t)::text as row from ${table} t`);
  for (let wanted = rowsAtFirst; ; ) {
    const rows = await sql.query<{ row: string }>(`fetch ${wanted} from archived`);
    if (rows.length === 0) break;
    // Line ends stand between the members of JSON only, where a space is as good.
    const text = rows.map(({ row }) => row.replace(/[\r\n]+/g, ' ')).join(',');
    await take({ table, count: rows.length, rows: `[${text}]` });
    const fitting = Math.floor((rows.length * batchCharacters) / text.length);
    wanted = Math.max(1, Math.min(fitting, wanted * 4, rowsAtMost));
  }
  await sql.query('close archived');
}

async function requireEmpty(sql: Sql, migrations: readonly string[]): Promise<void> {
  const [applied, tenants] = await Promise.all([
    sql.query<{ name: string }>('select name from schema_migrations order by name'),
    sql.query('select id from tenants limit 1'),
  ]);
  if (tenants.length > 0)
    throw new AppError(
      'CONFLICT',
      'There is an installation already; nothing of it was changed. Restore into an empty DATA_DIR, or an empty database of DATABASE_URL.',
    );
  const names = applied.map(({ name }) => name);
  if (names.join() === migrations.join()) return;
  throw new AppError('INVALID_REQUEST', 'The backup was written by another version of the program.', {
    errors: [
      {
        field: 'file',
        expected: `a backup whose tables end with ${names.at(-1)}; restore an older one with the version that wrote it, then start this one`,
        received: migrations.at(-1) ?? 'none',
      },
    ],
  });
}

async function writeBatch(sql: Sql, { table, rows }: RowBatch): Promise<void> {
  if (!(archivedTables as readonly string[]).includes(table))
    throw new AppError('INVALID_REQUEST', 'The backup holds a table that this version does not know.', {
      errors: [{ field: 'file', expected: 'tables of this version', received: table }],
    });
  await sql.query(
    `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1::json)`,
    [rows],
  );
}

/** Numbers that the database gives go on after those that were written. */
async function continueNumbers(sql: Sql): Promise<void> {
  const numbered = await sql.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where is_identity = 'YES' and table_schema = current_schema() and table_name = any($1)`,
    [archivedTables],
  );
  for (const { table, column } of numbered)
    await sql.query(
      `select setval(pg_get_serial_sequence($1, $2), coalesce((select max(${column}) from ${table}), 0) + 1, false)`,
      [table, column],
    );
}
