import type { Properties } from '../../domain/document.ts';
import { singleLine } from './clean-text.ts';
import { addHtmlBlocks } from './html-blocks.ts';
import { openHtml } from './html-node.ts';
import { createTextBuilder, type TextBuilder } from './text-builder.ts';

/** A message, whichever format it came in. Addresses are written as `Name <address>`. */
export interface EmailMessage {
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  /** ISO 8601 where the message states a valid date, else as it stands there. */
  readonly date: string;
  readonly messageId: string;
  readonly inReplyTo: string;
  /** Ids of the messages before it in its thread, oldest first, parted by spaces. */
  readonly references: string;
  readonly text: string;
  readonly html: string;
  /** File names. */
  readonly attachments: readonly string[];
  /** Messages that this one carries. */
  readonly carried: readonly EmailMessage[];
}

const shownHeaders = [
  ['From', 'from'],
  ['To', 'to'],
  ['Cc', 'cc'],
  ['Date', 'date'],
] as const;

/** Adds a message: its subject as heading, its headers, its body with what it quotes, and the messages that it carries one level below. */
export function addEmail(message: EmailMessage, builder: TextBuilder, level = 1): void {
  builder.add('heading', singleLine(message.subject), { level: Math.min(level, 6) });
  const headers = shownHeaders.map(([label, name]) => [label, singleLine(message[name])] as const);
  builder.add('paragraph', headers.flatMap(([label, value]) => (value === '' ? [] : `${label}: ${value}`)).join('\n'));
  if (!addHtmlBody(message.html, builder)) addTextBody(message.text, builder);
  if (message.attachments.length > 0) builder.add('paragraph', `Attachments: ${message.attachments.join(', ')}`);
  for (const carried of message.carried) addEmail(carried, builder, level + 1);
}

/** False when the HTML has nothing to read; the plain text is read then. */
function addHtmlBody(html: string, builder: TextBuilder): boolean {
  if (html.trim() === '') return false;
  const page = openHtml(html);
  const trial = createTextBuilder();
  addHtmlBlocks(page, trial);
  if (trial.build().blocks.length === 0) return false;
  addHtmlBlocks(page, builder);
  return true;
}

/** Paragraphs between blank lines; what an earlier message said, marked by `>`, is a quote. */
function addTextBody(text: string, builder: TextBuilder): void {
  for (const paragraph of text.replace(/\r\n?/g, '\n').split(/\n[ \t]*\n/)) {
    let lines: string[] = [];
    let isQuote = false;
    const finish = () => {
      builder.add(isQuote ? 'quote' : 'paragraph', lines.join('\n'));
      lines = [];
    };
    for (const line of paragraph.split('\n')) {
      if (line.startsWith('>') !== isQuote) finish();
      isQuote = line.startsWith('>');
      lines.push(line);
    }
    finish();
  }
}

/** The headers by which a message and its thread are found. */
export function emailProperties(message: EmailMessage): Properties {
  const named = {
    subject: message.subject,
    from: message.from,
    to: message.to,
    cc: message.cc,
    date: message.date,
    'message-id': message.messageId,
    'in-reply-to': message.inReplyTo,
    references: message.references,
  };
  const entries = Object.entries(named).map(([name, value]) => [name, singleLine(value).slice(0, 2000)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== ''));
}
