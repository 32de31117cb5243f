import { curatedSource } from '../../../domain/curated-answer.ts';
import { grantsOf, type Principal } from '../../../domain/principal.ts';
import type { SqlValue } from '../../sql.ts';

/** Whether a reader with the grants $3 is on the access list of a document. */
const mayRead = (document: string) => `(${document}.acl = '{}' or ${document}.acl && $3::text[])`;

/** A curated answer says what its sources say: it is for those who may open them all. */
const mayReadSources = `(d.source <> '${curatedSource}' or not exists (
    select from curated_answer_sources s
    left join documents t on t.tenant_id = s.tenant_id and t.id = s.document_id and t.deleted_at is null and ${mayRead('t')}
    where s.tenant_id = d.tenant_id and s.curated_answer_id = d.external_id and t.id is null))`;

/** Whether document `d` is the principal's to see: $2 whether it sees everything of its tenant, $3 its grants. */
export const isReadable = `($2 or ${mayRead('d')} and ${mayReadSources})`;

/** $1 tenant, $2 whether the principal sees everything of it, $3 its grants: the first parameters of every statement with this. */
export const permitted = `d.tenant_id = $1 and d.deleted_at is null and ${isReadable}`;

export function accessOf(principal: Principal): SqlValue[] {
  const grants = grantsOf(principal);
  return [principal.tenantId, grants === null, grants ?? []];
}

/** Whether document `d` may be used in answers: of a curated answer, nothing of what it was compared with has changed. `now` is a parameter. */
export function isInUse(now: string): string {
  return `(d.source <> '${curatedSource}' or exists (
    select from curated_answers c where c.tenant_id = d.tenant_id and c.id = d.external_id
      and (c.valid_until is null or c.valid_until > ${now})
      and not exists (
        select from curated_answer_sources s
        left join documents t on t.tenant_id = s.tenant_id and t.id = s.document_id and t.deleted_at is null
          and t.current_version = s.version
        where s.tenant_id = c.tenant_id and s.curated_answer_id = c.id and t.id is null)))`;
}

/** The curated answer that document `d` holds, as `ReviewedAnswer`; null for every other document. */
export const reviewed = `case when d.source = '${curatedSource}' then (
    select jsonb_build_object('id', c.id, 'question', c.question, 'variants', c.variants,
      'validUntil', to_char(c.valid_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'sources', (
        select jsonb_agg(jsonb_build_object('documentId', t.id, 'version', s.version, 'title', t.title, 'uri', t.uri) order by s.ordinal)
        from curated_answer_sources s join documents t on t.tenant_id = s.tenant_id and t.id = s.document_id
        where s.tenant_id = c.tenant_id and s.curated_answer_id = c.id))
    from curated_answers c where c.tenant_id = d.tenant_id and c.id = d.external_id) end`;
