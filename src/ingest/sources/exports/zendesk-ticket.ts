import { z } from 'zod';
import { type ExportDocument, isoTime, pageDocument } from './export-document.ts';

const Id = z.union([z.number(), z.string()]).transform(String);
const Text = z.string().nullish();
const Person = z.object({ name: Text }).nullish();
const Comment = z.object({
  author_id: Id.nullish(),
  author: Person,
  body: Text,
  plain_body: Text,
  public: z.boolean().nullish(),
  created_at: Text,
});

export const TicketSchema = z.object({
  id: Id,
  url: Text,
  subject: Text,
  description: Text,
  status: Text,
  priority: Text,
  type: Text,
  tags: z.array(z.string()).nullish(),
  requester_id: Id.nullish(),
  requester: Person,
  created_at: Text,
  updated_at: Text,
  comments: z.array(Comment).nullish(),
});
export type Ticket = z.output<typeof TicketSchema>;

interface TicketOptions {
  readonly privateComments: boolean;
  readonly nameOf: (userId: string | null | undefined) => string | null;
}

/** A ticket with what was said in it, one turn after the other. */
export function ticketDocument(ticket: Ticket, { privateComments, nameOf }: TicketOptions): ExportDocument {
  const comments = (ticket.comments ?? []).filter((comment) => privateComments || comment.public !== false);
  const turns = comments.map(({ author, author_id: id, body, plain_body: plain, created_at: at }) => {
    const time = isoTime(at)?.slice(0, 16).replace('T', ' ');
    return `**${author?.name ?? nameOf(id) ?? 'unknown'}**${time ? ` (${time} UTC)` : ''}:\n${plain ?? body ?? ''}`;
  });
  // The first comment is the description.
  const said = turns.length > 0 ? turns : [ticket.description ?? ''];
  return pageDocument({
    ...{ externalId: `ticket/${ticket.id}`, title: ticket.subject || `Ticket ${ticket.id}`, breadcrumb: [] },
    ...{ uri: addressOf(ticket), format: 'markdown' },
    properties: {
      author: ticket.requester?.name ?? nameOf(ticket.requester_id),
      ...{ created: isoTime(ticket.created_at), modified: isoTime(ticket.updated_at) },
      ...{ status: ticket.status, priority: ticket.priority, type: ticket.type, keywords: ticket.tags?.join(', ') },
    },
    text: said.join('\n\n'),
  });
}

/** Where agents see it; the address in the export is that of the API. */
function addressOf({ id, url }: Ticket): string | null {
  return url && /^https?:/.test(url) && URL.canParse(url) ? `${new URL(url).origin}/agent/tickets/${id}` : null;
}
