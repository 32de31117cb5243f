import { createRequire } from 'node:module';
import type { FieldsData } from '@kenjiuno/msgreader';
import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { decodeText, encodingInPage } from './decode-text.ts';
import { addEmail, type EmailMessage, emailProperties } from './email-blocks.ts';
import { createTextBuilder } from './text-builder.ts';

/** The library is CommonJS; its class has no name that an import could take. */
const { default: MsgReader }: typeof import('@kenjiuno/msgreader') = createRequire(import.meta.url)(
  '@kenjiuno/msgreader',
);

const deepestCarried = 5;

/** Blocks of an Outlook message and of the messages in it. Throws FILE_CORRUPT. */
export function parseMsg(bytes: Uint8Array, file: { name: string; title: string }): ParsedDocument {
  checkContainer(bytes, file.name);
  const fields = new MsgReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)).getFileData();
  if (fields.dataType !== 'msg') throw new AppError('FILE_CORRUPT', `${file.name} is not a complete Outlook message.`);
  const message = toMessage(fields, 0);
  const builder = createTextBuilder();
  addEmail(message, builder);
  return {
    title: message.subject || file.title,
    ...builder.build(),
    language: null,
    properties: emailProperties(message),
  };
}

const noSector = 0xfffffffa;

/** The library follows the chains of sectors wherever they lead; in a file that was cut off they lead outside of it, for ever. */
function checkContainer(bytes: Uint8Array, name: string): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = () => new AppError('FILE_CORRUPT', `${name} is cut off: it names parts that it does not have.`);
  if (bytes.byteLength < 512) throw damaged();
  const sectorSize = 1 << Math.min(12, view.getUint16(30, true));
  const sectors = Math.ceil(bytes.byteLength / sectorSize) - 1;
  const tables = Math.min(109, view.getUint32(44, true));
  for (let table = 0; table < tables; table += 1) {
    const sector = view.getUint32(76 + 4 * table, true);
    if (sector >= sectors) throw damaged();
    for (let at = (sector + 1) * sectorSize; at < (sector + 2) * sectorSize; at += 4) {
      const next = view.getUint32(at, true);
      if (next < noSector && next >= sectors) throw damaged();
    }
  }
}

function toMessage(fields: FieldsData, depth: number): EmailMessage {
  const recipients = (type: string) =>
    (fields.recipients ?? [])
      .filter(({ recipType }) => recipType === type)
      .map((recipient) => showAddress(recipient.name, recipient.smtpAddress ?? recipient.email))
      .join(', ');
  const header = (name: string) => new RegExp(`^${name}:\\s*(.+)$`, 'im').exec(fields.headers ?? '')?.[1]?.trim() ?? '';
  const attached = fields.attachments ?? [];
  const carried = attached.flatMap(({ innerMsgContentFields }) => innerMsgContentFields ?? []);
  return {
    subject: fields.subject ?? '',
    from: showAddress(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail),
    to: recipients('to'),
    cc: recipients('cc'),
    date: isoDate(fields.messageDeliveryTime ?? fields.clientSubmitTime ?? ''),
    messageId: fields.messageId ?? '',
    inReplyTo: header('In-Reply-To'),
    references: header('References'),
    text: fields.body ?? '',
    html: htmlOf(fields),
    attachments: attached.flatMap(({ innerMsgContent, fileName, name }) =>
      innerMsgContent ? [] : (fileName ?? name ?? []),
    ),
    carried: depth < deepestCarried ? carried.map((inner) => toMessage(inner, depth + 1)) : [],
  };
}

function htmlOf({ html, bodyHtml }: FieldsData): string {
  return bodyHtml ?? (html ? decodeText(html, encodingInPage(html)) : null) ?? '';
}

function showAddress(name: string | undefined, address: string | undefined): string {
  const isAddress = address?.includes('@') === true;
  if (!isAddress) return name ?? '';
  return name && name !== address ? `${name} <${address}>` : (address ?? '');
}

function isoDate(text: string): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}
