import type { Principal } from '../../domain/principal.ts';
import type { AnswerStore, ConversationSummary, Message } from '../answers.ts';
import type { SqlDriver, SqlValue } from '../sql.ts';
import { decodeCursor, toPage } from './cursor.ts';

type ConversationMethods = Pick<AnswerStore, 'conversations' | 'conversation' | 'history' | 'removeConversation'>;

/** $1 tenant, $2 whether the principal sees all conversations of it, $3 the user or the credential without one. */
export const ownedBy = 'c.tenant_id = $1 and ($2 or c.owner = $3)';

export function ownershipOf(principal: Principal): SqlValue[] {
  return [principal.tenantId, principal.role === 'admin', principal.userId ?? principal.credential];
}

const summaries = `select c.id, c.title, c.created_at as "createdAt", c.updated_at as "updatedAt", (
    select count(*) from messages m where m.tenant_id = c.tenant_id and m.conversation_id = c.id) as messages
  from conversations c where ${ownedBy}`;

export function createConversationReads(driver: SqlDriver): ConversationMethods {
  return {
    async conversations(principal, { limit, cursor }) {
      const [updatedAt = null, id = null] = decodeCursor(cursor, [/^\d{1,13}$/, /^cnv_/]) ?? [];
      const rows = await driver.queryAsTenant<ConversationSummary>(
        principal.tenantId,
        `${summaries} and ($4::timestamptz is null or (c.updated_at, c.id) < ($4, $5::text))
         order by c.updated_at desc, c.id desc limit $6`,
        [...ownershipOf(principal), updatedAt === null ? null : new Date(Number(updatedAt)), id, limit + 1],
      );
      return toPage(rows, limit, (last) => [String(Date.parse(last.updatedAt)), last.id]);
    },

    conversation: (principal, id) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const [summary] = await sql.query<ConversationSummary>(`${summaries} and c.id = $4`, [
          ...ownershipOf(principal),
          id,
        ]);
        if (!summary) return null;
        const messages = await sql.query<Message>(
          `select role, text, answer_id as "answerId", final, created_at as "createdAt" from messages
           where tenant_id = $1 and conversation_id = $2 order by ordinal`,
          [principal.tenantId, id],
        );
        return { summary, messages };
      }),

    history: (principal, id, turns) =>
      driver.asTenant(principal.tenantId, async (sql) => {
        const owned = await sql.query(`select from conversations c where ${ownedBy} and c.id = $4`, [
          ...ownershipOf(principal),
          id,
        ]);
        if (owned.length === 0) return null;
        const rows = await sql.query<{ question: string; answer: string }>(
          `select a.answer ->> 'question' as question, coalesce(nullif(a.answer ->> 'text', ''), a.answer #>> '{refusal,message}', '') as answer
           from answers a
           where a.tenant_id = $1 and a.conversation_id = $2 and a.state in ('finished', 'refused')
           order by a.created_at desc, a.id desc limit $3`,
          [principal.tenantId, id, turns],
        );
        return rows.reverse();
      }),

    async removeConversation(principal, id) {
      const rows = await driver.queryAsTenant(
        principal.tenantId,
        `delete from conversations c where ${ownedBy} and c.id = $4 returning 1`,
        [...ownershipOf(principal), id],
      );
      return rows.length > 0;
    },
  };
}
