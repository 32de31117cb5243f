import PostalMime, { type Address, type Attachment, type Email } from 'postal-mime';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { addEmail, type EmailMessage, emailProperties } from './email-blocks.ts';
import { createTextBuilder } from './text-builder.ts';

const deepestCarried = 5;
const carriedType = 'message/rfc822';

/** Blocks of an e-mail and of the messages in it. Throws FILE_ENCRYPTED, or FILE_CORRUPT when it is no e-mail. */
export async function parseEml(bytes: Uint8Array, file: { name: string; title: string }): Promise<ParsedDocument> {
  const email = await readEmail(bytes);
  if (email.headers.length === 0) throw new AppError('FILE_CORRUPT', `${file.name} has no headers of an e-mail.`);
  if (isEncrypted(email)) throw new AppError('FILE_ENCRYPTED', `${file.name} is encrypted for its recipient.`);
  const message = await toMessage(email, 0);
  const builder = createTextBuilder();
  addEmail(message, builder);
  return {
    title: message.subject || file.title,
    ...builder.build(),
    language: null,
    properties: emailProperties(message),
  };
}

function readEmail(bytes: Uint8Array): Promise<Email> {
  return PostalMime.parse(bytes, {
    forceRfc822Attachments: true,
    attachmentEncoding: 'arraybuffer',
    maxNestingDepth: 50,
  });
}

function isEncrypted({ headers, text, html }: Email): boolean {
  const type = headers.find(({ key }) => key === 'content-type')?.value ?? '';
  const isSealed = /multipart\/encrypted|smime-type\s*=\s*"?enveloped-data/i.test(type);
  return isSealed && !text?.trim() && !html?.trim();
}

async function toMessage(email: Email, depth: number): Promise<EmailMessage> {
  const carried = email.attachments.filter(({ mimeType }) => mimeType === carriedType);
  return {
    subject: email.subject ?? '',
    from: email.from ? showAddress(email.from) : '',
    to: (email.to ?? []).map(showAddress).join(', '),
    cc: (email.cc ?? []).map(showAddress).join(', '),
    date: email.date ?? '',
    messageId: email.messageId ?? '',
    inReplyTo: email.inReplyTo ?? '',
    references: email.references ?? '',
    text: email.text ?? '',
    html: email.html ?? '',
    attachments: email.attachments.flatMap(({ filename, mimeType }) =>
      mimeType === carriedType ? [] : (filename ?? []),
    ),
    carried: depth < deepestCarried ? await Promise.all(carried.map((part) => readCarried(part, depth))) : [],
  };
}

async function readCarried({ content }: Attachment, depth: number): Promise<EmailMessage> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
  return await toMessage(await readEmail(bytes), depth + 1);
}

function showAddress(address: Address): string {
  if (address.group) return `${address.name}: ${address.group.map(showAddress).join(', ')}`;
  return address.name ? `${address.name} <${address.address}>` : (address.address ?? '');
}
