import { randomBytes } from 'node:crypto';
import { AppError } from '../../../domain/errors.ts';
import { type DocumentId, newId, type SourceId, type TenantId } from '../../../domain/ids.ts';
import type { Source, SourceRun } from '../../../domain/source.ts';
import { exportKinds, type SourceKind, type SourceSettings } from '../../../domain/source-settings.ts';
import { createSecrets, type Secrets, secretKeyBytes } from '../../secrets.ts';
import type { NewSource, SourceChange, SourceOpening, SourceStore } from '../../sources.ts';
import type { Sql, SqlDriver } from '../../sql.ts';
import { decodeCursor, toPage } from '../cursor.ts';
import { holdObjects, leaveObjects } from '../documents/object-lock.ts';
import { removeDocuments } from '../documents/remove-documents.ts';
import { lockTenant, raiseGeneration } from '../documents/tenant-lock.ts';
import { encodeJson } from '../sql-values.ts';
import { type KeptCredentials, openCredentials, sealAll, sealCredentials } from './kept-credentials.ts';
import { insertRun, readRun, readSource, runObject, sourceColumns } from './source-rows.ts';

export interface SourceStoreOptions {
  readonly now?: () => Date;
  /** Without them what is sealed can be opened by this store alone. */
  readonly secrets?: Secrets;
}

export function createSourceStore(driver: SqlDriver, options: SourceStoreOptions = {}): SourceStore {
  const { now = () => new Date(), secrets = createSecrets([randomBytes(secretKeyBytes)]) } = options;
  return {
    create: (tenant, source) =>
      driver.asTenant(tenant, (sql) => insertSource(sql, { tenant, source, secrets, now: now() })),

    async list(tenant, { limit, cursor, name = null }) {
      const [after = null] = decodeCursor(cursor, [/^/]) ?? [];
      const rows = await driver.queryAsTenant<Source>(
        tenant,
        `select ${sourceColumns} from sources s
         where s.tenant_id = $1 and ($3::text is null or s.name collate "C" > $3) and ($4::text is null or s.name = $4)
         order by s.name collate "C" limit $5`,
        [tenant, now(), after, name, limit + 1],
      );
      return toPage(rows, limit, (last) => [last.name]);
    },

    get: (tenant, id) => driver.asTenant(tenant, (sql) => readSource(sql, tenant, id, now())),

    change: (tenant, id, change) =>
      driver.asTenant(tenant, (sql) => changeSource(sql, { tenant, id, change, secrets, now: now() })),

    async setPaused(tenant, id, isPaused) {
      const rows = await driver.queryAsTenant(
        tenant,
        `update sources set paused_at = case when $3 then coalesce(paused_at, $4) end, updated_at = $4
         where tenant_id = $1 and id = $2 returning 1`,
        [tenant, id, isPaused, now()],
      );
      return rows.length > 0;
    },

    remove: (tenant, id, withDocuments) =>
      driver.asTenant(tenant, (sql) => removeSource(sql, { tenant, id, withDocuments, now: now() })),

    async opening(tenant, id) {
      const [row] = await driver.queryAsTenant<OpeningRow>(
        tenant,
        'select settings, credentials as kept, upload from sources where tenant_id = $1 and id = $2',
        [tenant, id],
      );
      if (!row) return null;
      const { settings, kept, upload } = row;
      return { settings, credentials: openCredentials(secrets, { tenant, id }, kept), upload };
    },

    setUpload: (tenant, id, upload) =>
      driver.asTenant(tenant, (sql) => setUpload(sql, { tenant, id, upload, now: now() })),

    sealCredentials: () => driver.asOperator((sql) => sealAll(sql, secrets)),

    async runs(tenant, id, { limit, cursor }) {
      const [before = null] = decodeCursor(cursor, [/^run_/]) ?? [];
      const rows = await driver.queryAsTenant<{ run: SourceRun }>(
        tenant,
        `select ${runObject('r')} as run from source_runs r
         where r.tenant_id = $1 and r.source_id = $2 and ($3::text is null or r.id < $3) order by r.id desc limit $4`,
        [tenant, id, before, limit + 1],
      );
      return toPage(
        rows.map(({ run }) => run),
        limit,
        (last) => [last.id],
      );
    },

    queueRun: (tenant, id, asked) =>
      driver.asTenant(tenant, async (sql) => {
        if (!(await lockSource(sql, tenant, id))) return null;
        return await readRun(sql, tenant, await insertRun(sql, { tenant, source: id }, { ...asked, now: now() }));
      }),

    confirm: (tenant, id) => driver.asTenant(tenant, (sql) => confirmRun(sql, { tenant, id, now: now() })),
  };
}

interface OpeningRow extends Omit<SourceOpening, 'credentials'> {
  readonly kept: KeptCredentials | null;
}

interface Place {
  readonly tenant: TenantId;
  readonly id: SourceId;
  readonly now: Date;
}

async function insertSource(
  sql: Sql,
  { tenant, source, secrets, now }: { tenant: TenantId; source: NewSource; secrets: Secrets; now: Date },
): Promise<Source> {
  const id = newId('source', now.getTime());
  const rows = await sql.query(
    `insert into sources (tenant_id, id, name, settings, credentials, acl, tags, schedule, removal_limit, next_run_at, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, case when $8::text is null then null else $10::timestamptz end, $10, $10)
     on conflict (tenant_id, name) do nothing returning 1`,
    [
      ...[tenant, id, source.name, encodeJson(source.settings)],
      sealCredentials(secrets, { tenant, id }, source.credentials),
      ...[[...new Set(source.acl)], source.tags, source.schedule, source.removalLimit, now],
    ],
  );
  if (rows.length === 0) throw new AppError('CONFLICT', `There is a source ${JSON.stringify(source.name)} already.`);
  return (await readSource(sql, tenant, id, now)) ?? missing();
}

/** The settings of the source, locked; null when there is none. Throws CONFLICT when it is paused. */
async function lockSource(sql: Sql, tenant: TenantId, id: SourceId): Promise<SourceSettings | null> {
  const [row] = await sql.query<{ settings: SourceSettings; paused: boolean }>(
    'select settings, paused_at is not null as paused from sources where tenant_id = $1 and id = $2 for update',
    [tenant, id],
  );
  if (row?.paused) throw new AppError('CONFLICT', 'The source is paused; resume it first.');
  return row?.settings ?? null;
}

async function changeSource(
  sql: Sql,
  { tenant, id, change, secrets, now }: Place & { change: SourceChange; secrets: Secrets },
): Promise<Source | null> {
  await lockTenant(sql, tenant);
  const before = await readSource(sql, tenant, id, now);
  if (!before) return null;
  if (change.settings && change.settings.kind !== before.settings.kind)
    throw new AppError('CONFLICT', `The source is of the kind ${before.settings.kind}; make another one instead.`);
  const { settings = before.settings, acl = before.acl, tags = before.tags, schedule = before.schedule } = change;
  const { removalLimit = before.removalLimit } = change;
  await sql.query(
    `update sources set settings = $3, acl = $4, tags = $5, schedule = $6, removal_limit = $7, updated_at = $8,
       credentials = case when $9 then $10::jsonb else credentials end,
       next_run_at = case when $6::text is null then null when $6 = schedule then next_run_at else $8::timestamptz end,
       -- Other settings may mean other documents: what the source said to go on from is for the old ones.
       cursor = case when $3::jsonb = settings then cursor end
     where tenant_id = $1 and id = $2`,
    [
      ...[tenant, id, encodeJson(settings), [...new Set(acl)], tags, schedule, removalLimit, now],
      ...[change.credentials !== undefined, sealCredentials(secrets, { tenant, id }, change.credentials ?? null)],
    ],
  );
  await spreadAccess(sql, { tenant, now, before, acl, tags });
  return await readSource(sql, tenant, id, now);
}

interface Access {
  readonly tenant: TenantId;
  readonly now: Date;
  readonly before: Source;
  readonly acl: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * Documents that had the source's list and tags take the new ones, those that a run has not kept yet too; documents with a list of their
 * own keep it. Whoever registers a document holds the tenant as well, and reads the source's row: none slips through in between.
 */
async function spreadAccess(sql: Sql, { tenant, now, before, acl, tags }: Access): Promise<void> {
  if (encodeJson([before.acl, before.tags]) === encodeJson([acl, tags])) return;
  const generation = await raiseGeneration(sql, tenant);
  await sql.query(
    `update documents set acl = case when acl = $3 then $4 else acl end, tags = case when tags = $5 then $6 else tags end,
       generation = $7, updated_at = $8
     where tenant_id = $1 and source = $2 and deleted_at is null and (acl = $3 or tags = $5)`,
    [tenant, before.name, before.acl, [...new Set(acl)], before.tags, tags, generation, now],
  );
}

type Upload = Parameters<SourceStore['setUpload']>[2];

async function setUpload(sql: Sql, { tenant, id, upload, now }: Place & { upload: Upload }): Promise<Source | null> {
  await holdObjects(sql, [upload.hash]);
  const { hash, fileName, size } = upload;
  const kept = { hash, fileName, size, uploadedAt: now.toISOString() };
  const [before] = await sql.query<{ hash: string | null; kind: SourceKind }>(
    `select upload ->> 'hash' as hash, settings ->> 'kind' as kind from sources where tenant_id = $1 and id = $2 for update`,
    [tenant, id],
  );
  if (!before) return null;
  if (!exportKinds.includes(before.kind))
    throw new AppError(
      'CONFLICT',
      `A source of the kind ${before.kind} reads no export; make one of ${exportKinds.join(', ')}.`,
    );
  await sql.query('update sources set upload = $3, updated_at = $4 where tenant_id = $1 and id = $2', [
    ...[tenant, id, encodeJson(kept), now],
  ]);
  if (before.hash !== null) await leaveObjects(sql, [before.hash]);
  return await readSource(sql, tenant, id, now);
}

async function removeSource(
  sql: Sql,
  { tenant, id, withDocuments, now }: Place & { withDocuments: boolean },
): Promise<number | null> {
  await lockTenant(sql, tenant);
  const items = await sql.query<{ documentId: DocumentId }>(
    'select document_id as "documentId" from source_items where tenant_id = $1 and source_id = $2',
    [tenant, id],
  );
  const [gone] = await sql.query<{ hash: string | null }>(
    `delete from sources where tenant_id = $1 and id = $2 returning upload ->> 'hash' as hash`,
    [tenant, id],
  );
  if (!gone) return null;
  if (gone.hash !== null) await leaveObjects(sql, [gone.hash]);
  if (!withDocuments || items.length === 0) return 0;
  return await removeDocuments(sql, { tenant, documents: items.map(({ documentId }) => documentId), now });
}

async function confirmRun(sql: Sql, { tenant, id, now }: Place): Promise<SourceRun | null> {
  if (!(await lockSource(sql, tenant, id))) return null;
  const [last] = await sql.query<{ state: string; missing: number }>(
    'select state, missing from source_runs where tenant_id = $1 and source_id = $2 and not dry_run order by id desc limit 1',
    [tenant, id],
  );
  if (last?.state !== 'needs-confirmation')
    throw new AppError(
      'CONFLICT',
      `Nothing waits for confirmation: the last run is ${last?.state ?? 'still to come'}.`,
    );
  const asked = { trigger: 'confirmation', dryRun: false, targets: null, allowedRemovals: last.missing, now } as const;
  return await readRun(sql, tenant, await insertRun(sql, { tenant, source: id }, asked));
}

function missing(): never {
  throw new AppError('INTERNAL', 'The source was not made.');
}
