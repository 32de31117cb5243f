import { z } from 'zod';
import type { BlockKind, ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import { htmlTableText } from './html-blocks.ts';
import { openHtml } from './html-node.ts';
import { primaryLanguage } from './parse-markdown.ts';
import { createTextBuilder } from './text-builder.ts';

/** What a partitioner found: its kinds and names of fields are those of Unstructured. */
const Elements = z.array(
  z.object({
    type: z.string(),
    text: z.string().nullish(),
    metadata: z
      .object({
        page_number: z.int().nullish(),
        category_depth: z.int().nullish(),
        text_as_html: z.string().nullish(),
        languages: z.array(z.string()).nullish(),
      })
      .nullish(),
  }),
);

/** What a page repeats, and pictures without words. */
const ignoredTypes = new Set(['Header', 'Footer', 'PageNumber', 'PageBreak']);
const kindsByType: Readonly<Record<string, BlockKind>> = {
  Title: 'heading',
  ListItem: 'list',
  Table: 'table',
  CodeSnippet: 'code',
};

/** Blocks of the elements that a partitioner found in a file. Throws FILE_CORRUPT when they are not of the expected shape. */
export function parseElements(bytes: Uint8Array, file: { name: string; title: string }): ParsedDocument {
  const elements = readElements(bytes, file.name);
  const builder = createTextBuilder();
  let pages = 0;
  let lostTables = 0;
  for (const { type, text, metadata } of elements) {
    const page = metadata?.page_number ?? null;
    pages = Math.max(pages, page ?? 0);
    if (ignoredTypes.has(type)) continue;
    const kind = kindsByType[type] ?? 'paragraph';
    const place = page === null || page < 1 ? {} : { page };
    const html = kind === 'table' ? metadata?.text_as_html : null;
    const rows = html ? htmlTableText(openHtml(html)) : '';
    if (kind === 'table' && rows === '') lostTables += 1;
    if (kind === 'heading')
      builder.add(kind, singleLine(text ?? ''), {
        ...place,
        level: Math.min(6, Math.max(0, metadata?.category_depth ?? 0) + 1),
      });
    else if (kind === 'list')
      builder.add(kind, `- ${singleLine(text ?? '')}`, {
        ...place,
        depth: Math.max(0, (metadata?.category_depth ?? 1) - 1),
      });
    else builder.add(kind, rows || (text ?? ''), place);
  }
  const { text, blocks } = builder.build();
  const heading = blocks.find(({ kind }) => kind === 'heading');
  const title = heading ? text.slice(heading.start, heading.end) : file.title;
  const [language = null] = elements.flatMap(({ metadata }) => metadata?.languages ?? []);
  return {
    title,
    text,
    blocks,
    language: primaryLanguage(twoLetters(language)),
    lostTables,
    ...(pages > 0 ? { pages } : {}),
  };
}

function readElements(bytes: Uint8Array, name: string): z.output<typeof Elements> {
  try {
    return Elements.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `What the partitioner made of ${name} is not a list of elements.`, {
      cause: error,
    });
  }
}

/** Three-letter codes of ISO 639 as BCP 47 writes them. */
function twoLetters(language: string | null): string | null {
  if (language === null) return null;
  try {
    return new Intl.Locale(language).minimize().language;
  } catch {
    return null;
  }
}
