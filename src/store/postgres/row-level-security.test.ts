import { describe, expect, it } from 'vitest';
import { createTestTenant, describeOnEachDatabase } from '../../../test/open-database.ts';
import { newId, type TenantId } from '../../domain/ids.ts';
import type { Sql, SqlDriver } from '../sql.ts';

/** A row of each table for the tenant $1, named after $2, in the order of their references. */
const sampleRows: Record<string, string> = {
  tenants: 'insert into tenants (id, name, created_at) values ($1, $2, now())',
  users: "insert into users (tenant_id, id, name, role, groups, created_at) values ($1, $2, $2, 'reader', '{}', now())",
  api_keys: `insert into api_keys (tenant_id, id, secret_hash, name, hint, role, scopes, grants, created_at)
    values ($1, $2, $1 || $2, '', '', 'reader', '{}', '{}', now())`,
  sessions: `insert into sessions (tenant_id, id, secret_hash, role, created_at, expires_at)
    values ($1, $2, $1 || $2, 'reader', now(), now())`,
  documents: `insert into documents (tenant_id, id, source, external_id, external_key, acl, tags, title, last_version, created_at, updated_at)
    values ($1, $2, '', '', $2, '{}', '{}', '', 1, now(), now())`,
  document_versions: `insert into document_versions (tenant_id, document_id, version, job_id, state, content_hash, media_type, file_name, size, created_at, turn_at)
    values ($1, $2, 1, 'job', 'ready', '', '', '', 0, now(), now())`,
  document_purges: `insert into document_purges (tenant_id, document_id, versions, passages, vectors, content_hashes)
    values ($1, $2, 0, 0, 0, '{}')`,
  curated_answers: `insert into curated_answers (tenant_id, id, document_id, question, variants, answer, confirmed_at, confirmed_by, created_at, updated_at)
    values ($1, $2, $2, '', '{}', '', now(), '', now(), now())`,
  curated_answer_sources: `insert into curated_answer_sources (tenant_id, curated_answer_id, ordinal, document_id, version)
    values ($1, $2, 0, $2, 1)`,
  passages: `insert into passages (tenant_id, document_id, version, ordinal, id, text, start_offset, end_offset, heading_path, sparse, embedding_hash, embedding_text)
    values ($1, $2, 1, 0, $2, '', 0, 0, '{}', '', '', '')`,
  embeddings:
    "insert into embeddings (tenant_id, embedder, embedding_hash, vector, created_at) values ($1, 'e', $2, '', now())",
  embedding_queue:
    'insert into embedding_queue (tenant_id, embedding_hash, queue_number, ordinal) values ($1, $2, 1, 0)',
  jobs: 'insert into jobs (tenant_id, id, created_at, updated_at) values ($1, $2, now(), now())',
  job_items: `insert into job_items (tenant_id, job_id, document_id, version, external_id, title, state)
    values ($1, $2, $2, 1, '', '', 'queued')`,
  conversations: `insert into conversations (tenant_id, id, owner, title, created_at, updated_at)
    values ($1, $2, '', '', now(), now())`,
  answers: `insert into answers (tenant_id, id, conversation_id, state, answer, events, writer, created_at)
    values ($1, $2, $2, 'running', '{}', '[]', '', now())`,
  messages: `insert into messages (tenant_id, conversation_id, role, text, answer_id, final, created_at)
    values ($1, $2, 'user', '', '', true, now())`,
  feedback: `insert into feedback (tenant_id, answer_id, author, rating, details, created_at)
    values ($1, $2, '', 'up', '{}', now())`,
  glossary_terms: "insert into glossary_terms (tenant_id, term, synonyms, created_at) values ($1, $2, '{}', now())",
  tenant_rankers: 'insert into tenant_rankers (tenant_id, fitter) values ($1, $2)',
  tenant_settings:
    "insert into tenant_settings (tenant_id, settings, updated_at) values ($1, jsonb_build_object('name', $2::text), now())",
  audit_entries: "insert into audit_entries (tenant_id, at, actor, action, details) values ($1, now(), $2, '', '{}')",
  index_states: 'insert into index_states (collection, tenant_id) values ($2, $1)',
  metadata_fields:
    "insert into metadata_fields (tenant_id, name, type, description, created_at) values ($1, $2, 'string', '', now())",
  sources: `insert into sources (tenant_id, id, name, settings, acl, tags, removal_limit, created_at, updated_at)
    values ($1, $2, '', '{}', '{}', '{}', 0.2, now(), now())`,
  source_runs: `insert into source_runs (tenant_id, source_id, id, state, trigger, dry_run, counts, changes, errors, created_at)
    values ($1, $2, $2, 'queued', '', false, '{}', '{}', '[]', now())`,
  source_items: `insert into source_items (tenant_id, source_id, external_key, external_id, document_id, fingerprint)
    values ($1, $2, '', '', $2, '')`,
  idempotency_keys:
    "insert into idempotency_keys (tenant_id, key, request_hash, created_at) values ($1, $2, '', now())",
};
const tables = Object.keys(sampleRows);
const tenantColumn = (table: string) => (table === 'tenants' ? 'id' : 'tenant_id');
const insufficientPrivilege = { code: '42501' };

async function insertSamples(driver: SqlDriver, tenant: TenantId): Promise<void> {
  await driver.asOperator(async (sql) => {
    for (const statement of Object.values(sampleRows)) await sql.query(statement, [tenant, `sample of ${tenant}`]);
  });
}

/** Runs the work, then takes back what it did. */
async function undone(driver: SqlDriver, tenant: TenantId, work: (sql: Sql) => Promise<void>): Promise<void> {
  const reached = new Error('undo');
  const attempt = driver.asTenant(tenant, async (sql) => {
    await work(sql);
    throw reached;
  });
  await expect(attempt).rejects.toBe(reached);
}

const countRows = async (sql: Sql, table: string) =>
  (await sql.query<{ count: number }>(`select count(*) from ${table}`))[0]?.count;

describeOnEachDatabase('row-level security', (database) => {
  let tenants: Promise<{ own: TenantId; other: TenantId; empty: TenantId }> | null = null;
  function ready() {
    tenants ??= (async () => {
      const [own, other] = [newId('tenant'), newId('tenant')];
      await insertSamples(database(), own);
      await insertSamples(database(), other);
      return { own, other, empty: await createTestTenant(database()) };
    })();
    return tenants;
  }

  it('covers every table that belongs to tenants', async () => {
    const found = await database().asOperator((sql) =>
      sql.query<{ name: string; enabled: boolean; forced: boolean; policies: number }>(
        `select relname as name, relrowsecurity as enabled, relforcerowsecurity as forced,
           (select count(*) from pg_policy where polrelid = pg_class.oid) as policies
         from pg_class where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace
           and relname not in ('schema_migrations', 'active_embedder', 'index_collections', 'workers', 'object_purges', 'text_removals') order by relname`,
      ),
    );
    expect(found).toEqual([...tables].sort().map((name) => ({ name, enabled: true, forced: true, policies: 2 })));
  });

  describe.each(tables)('%s', (table) => {
    it('shows a tenant its own rows only, even without a where', async () => {
      const { own } = await ready();
      const rows = await database().queryAsTenant<{ owner: string }>(
        own,
        `select ${tenantColumn(table)} as owner from ${table}`,
      );
      expect(rows).toEqual([{ owner: own }]);
    });

    it('shows nothing to a tenant without rows', async () => {
      const { empty } = await ready();
      const rows = await database().queryAsTenant(empty, `select from ${table} where ${tenantColumn(table)} <> $1`, [
        empty,
      ]);
      expect(rows).toEqual([]);
    });

    it('shows nothing while no tenant is set', async () => {
      await ready();
      await database().asOperator(async (sql) => {
        await sql.query("select set_config('role', 'footnote_tenant', true)");
        expect(await countRows(sql, table)).toBe(0);
        await sql.query("select set_config('app.tenant_id', '', true)");
        expect(await countRows(sql, table)).toBe(0);
      });
    });

    it('updates own rows only', async () => {
      const { own } = await ready();
      if (table === 'audit_entries') {
        const changing = database().queryAsTenant(own, "update audit_entries set actor = ''");
        return await expect(changing).rejects.toMatchObject(insufficientPrivilege);
      }
      const column = table === 'tenants' ? 'generation' : 'tenant_id';
      await undone(database(), own, async (sql) => {
        const changed = await sql.query(
          `update ${table} set ${column} = ${column} returning ${tenantColumn(table)} as owner`,
        );
        expect(changed).toEqual([{ owner: own }]);
      });
    });

    it('deletes own rows only', async () => {
      const { own } = await ready();
      const deleting = (sql: Sql) => sql.query(`delete from ${table} returning ${tenantColumn(table)} as owner`);
      if (table === 'tenants' || table === 'audit_entries') {
        await expect(database().asTenant(own, deleting)).rejects.toMatchObject(insufficientPrivilege);
      } else {
        await undone(database(), own, async (sql) => {
          expect(await deleting(sql)).toEqual([{ owner: own }]);
        });
      }
    });

    it('takes no row for another tenant', async () => {
      const { own, other } = await ready();
      const inserting = database().queryAsTenant(own, sampleRows[table] ?? '', [other, 'forged']);
      await expect(inserting).rejects.toMatchObject(insufficientPrivilege);
      const moving = database().queryAsTenant(own, `update ${table} set ${tenantColumn(table)} = $1`, [other]);
      await expect(moving).rejects.toMatchObject(insufficientPrivilege);
    });
  });

  it('lets the operator see all tenants', async () => {
    await ready();
    await database().asOperator(async (sql) => {
      for (const table of tables) expect(await countRows(sql, table), table).toBeGreaterThanOrEqual(2);
    });
  });
});
