import type { CuratedAnswer } from '../../domain/curated-answer.ts';
import type { Principal } from '../../domain/principal.ts';
import type { CuratedAnswerStore } from '../curated-answers.ts';
import type { SqlDriver, SqlValue } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';
import { accessOf, isInUse, permitted } from './documents/access.ts';

type Row = Omit<CuratedAnswer, 'state' | 'reasons'> & { readonly isInUse: boolean; readonly isOver: boolean };

/** $4 the time. */
const columns = `c.id, d.id as "documentId", c.question, c.variants, c.answer, c.valid_until as "validUntil",
  case when v.state = 'queued' and v.lease_until > $4 then 'processing' else v.state end as "documentState",
  c.confirmed_at as "confirmedAt", c.confirmed_by as "confirmedBy", c.created_at as "createdAt", c.updated_at as "updatedAt",
  ${isInUse('$4')} as "isInUse", coalesce(c.valid_until <= $4, false) as "isOver", (
    select jsonb_agg(jsonb_build_object('documentId', s.document_id, 'version', s.version, 'currentVersion', t.current_version,
      'title', t.title, 'uri', t.uri) order by s.ordinal)
    from curated_answer_sources s
    left join documents t on t.tenant_id = s.tenant_id and t.id = s.document_id and t.deleted_at is null
    where s.tenant_id = c.tenant_id and s.curated_answer_id = c.id) as sources`;

const statement = `select ${columns} from curated_answers c
  join documents d on d.tenant_id = c.tenant_id and d.id = c.document_id
  join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.latest_version
  where c.tenant_id = $1 and ${permitted}`;

export function createCuratedAnswerStore(
  driver: SqlDriver,
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): CuratedAnswerStore {
  async function read(principal: Principal, rest: string, values: readonly SqlValue[]): Promise<CuratedAnswer[]> {
    const parameters = [...accessOf(principal), now(), ...values];
    const rows = await driver.queryAsTenant<Row>(principal.tenantId, `${statement} ${rest}`, parameters);
    return rows.map(withState);
  }

  return {
    async list(principal, { limit, cursor, state }) {
      const [after = null] = decodeCursor(cursor, [/^cur_/]) ?? [];
      const rows = await read(
        principal,
        `and ($5::text is null or c.id < $5) and ($6::boolean is null or ${isInUse('$4')} = $6)
         order by c.id desc limit $7`,
        [after, state === null ? null : state === 'active', limit + 1],
      );
      return toPage(rows, limit, ({ id }) => [id]);
    },

    get: async (principal, id) => (await read(principal, 'and c.id = $5', [id]))[0] ?? null,
  };
}

function withState({ isInUse: isActive, isOver, ...row }: Row): CuratedAnswer {
  const changed = row.sources.flatMap(({ documentId, version, currentVersion }): CuratedAnswer['reasons'] => {
    if (currentVersion === null) return [{ reason: 'source-removed', documentId }];
    return currentVersion === version ? [] : [{ reason: 'source-changed', documentId }];
  });
  const reasons: CuratedAnswer['reasons'] = [
    ...changed,
    ...(isOver ? [{ reason: 'expired', documentId: null } as const] : []),
  ];
  return { ...row, state: isActive ? 'active' : 'needs-review', reasons };
}
