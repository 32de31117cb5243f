import { curatedSource } from '../../../domain/curated-answer.ts';
import { AppError } from '../../../domain/errors.ts';
import type { DocumentId, TenantId } from '../../../domain/ids.ts';
import type { CuratedContent } from '../../curated-answers.ts';
import type { Sql } from '../../sql.ts';
import { appendAudit } from '../audit-log.ts';
import { raiseGeneration } from './tenant-lock.ts';

interface CuratedOptions {
  readonly tenant: TenantId;
  readonly id: string;
  readonly documentId: DocumentId;
  readonly curated: CuratedContent;
  readonly now: Date;
}

/**
 * Part of registering the document of a curated answer: what it says, and the versions of its sources that it is bound to.
 * Throws INVALID_REQUEST for a source that is not there and a time that is over, CONFLICT for a version that is not current.
 */
export async function registerCurated(sql: Sql, options: CuratedOptions): Promise<void> {
  const { tenant, id, documentId, curated, now } = options;
  if (curated.validUntil !== null && new Date(curated.validUntil) <= now)
    throw invalid('validUntil', 'a time to come, or null', curated.validUntil);
  const sources = await currentSources(sql, options);
  const { question, variants, answer, validUntil, by } = curated;
  await sql.query(
    `insert into curated_answers (tenant_id, id, document_id, question, variants, answer, valid_until, confirmed_at, confirmed_by,
       created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $8)
     on conflict (tenant_id, id) do update set document_id = excluded.document_id, question = excluded.question, variants = excluded.variants, answer = excluded.answer,
       valid_until = excluded.valid_until, confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by,
       updated_at = excluded.updated_at`,
    [
      tenant,
      id,
      documentId,
      question,
      variants,
      answer,
      validUntil && new Date(validUntil),
      now,
      by.userId ?? by.credential,
    ],
  );
  await sql.query('delete from curated_answer_sources where tenant_id = $1 and curated_answer_id = $2', [tenant, id]);
  await sql.query(
    `insert into curated_answer_sources (tenant_id, curated_answer_id, ordinal, document_id, version)
     select $1, $2, x.ordinal - 1, x.id, x.version from unnest($3::text[], $4::integer[]) with ordinality as x(id, version, ordinal)`,
    [tenant, id, sources.map(({ documentId }) => documentId), sources.map(({ version }) => version)],
  );
  await raiseGeneration(sql, tenant);
  await appendAudit(sql, by, { at: now, action: 'curated-answer.confirmed', details: { id, sources, validUntil } });
}

/** The sources with the versions that are visible now. */
async function currentSources(
  sql: Sql,
  { tenant, curated }: CuratedOptions,
): Promise<{ documentId: DocumentId; version: number }[]> {
  const ids = curated.sources.map(({ documentId }) => documentId);
  const rows = await sql.query<{ id: DocumentId; version: number }>(
    `select id, current_version as version from documents
     where tenant_id = $1 and id = any($2) and deleted_at is null and current_version is not null and source <> $3`,
    [tenant, ids, curatedSource],
  );
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  return curated.sources.map(({ documentId, version: wanted }) => {
    const version = versions.get(documentId);
    if (version === undefined)
      throw invalid('sources', 'documents that are there and are no curated answers', documentId);
    if (wanted !== null && wanted !== version)
      throw new AppError('CONFLICT', `${documentId} has the version ${version} by now, not ${wanted}. Read it again.`);
    return { documentId, version };
  });
}

function invalid(field: string, expected: string, received: string): AppError {
  return new AppError('INVALID_REQUEST', 'The curated answer cannot be kept as it is.', {
    errors: [{ field, expected, received: JSON.stringify(received) }],
  });
}
