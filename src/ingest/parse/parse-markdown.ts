import markdownIt, { type Token } from 'markdown-it';
import type { Block, BlockKind, ParsedDocument } from '../../domain/document.ts';
import { headingText } from './heading-text.ts';

const leafKinds: Readonly<Record<string, BlockKind>> = {
  heading_open: 'heading',
  paragraph_open: 'paragraph',
  fence: 'code',
  code_block: 'code',
  table_open: 'table',
  html_block: 'paragraph',
};

const mostFields = 50;
const frontMatterPattern = /^(---|\+\+\+)[ \t]*\n(?:([\s\S]{0,65536}?)\n)?\1[ \t]*(?:\n|$)/;

/**
 * Blocks of Markdown. The text is the source without its front matter, so that quotes are what the author wrote.
 * Comments, link definitions and rules are in the text but in no block, hence never indexed.
 */
export function parseMarkdown(source: string, fileTitle: string): ParsedDocument {
  const { fields, body } = splitFrontMatter(source);
  const blocks = findBlocks(body);
  const title = fields.get('title') ?? firstHeading(body, blocks) ?? fileTitle;
  return { title, text: body, blocks, language: languageOf(fields), properties: Object.fromEntries(fields) };
}

/** Markdown with components: imports, exports and comments of the code around it are in no block. */
export function parseMdx(source: string, fileTitle: string): ParsedDocument {
  const parsed = parseMarkdown(source, fileTitle);
  const isCode = (block: Block) =>
    block.kind === 'paragraph' &&
    /^(?:(?:import|export)\s|\{\s*\/\*[\s\S]*\*\/\s*\}$)/.test(parsed.text.slice(block.start, block.end));
  return { ...parsed, blocks: parsed.blocks.filter((block) => !isCode(block)) };
}

/** The top heading, or whichever heading the text begins with. */
function firstHeading(text: string, blocks: readonly Block[]): string | null {
  const top = blocks.find((block) => block.kind === 'heading' && block.level === 1);
  const heading = top ?? (blocks[0]?.kind === 'heading' ? blocks[0] : null);
  return heading ? headingText(text.slice(heading.start, heading.end)) || null : null;
}

function findBlocks(text: string): Block[] {
  const parser = markdownIt({ html: true });
  const tokens: Token[] = [];
  // Only blocks: parsing the inline marks would cost fifty times as much and is not needed.
  parser.block.parse(text, parser, {}, tokens);
  const lines = lineStarts(text);
  const containers: string[] = [];
  const blocks: Block[] = [];
  for (const token of tokens) {
    if (/^(?:blockquote|bullet_list|ordered_list)_open$/.test(token.type)) containers.push(token.type);
    if (/^(?:blockquote|bullet_list|ordered_list)_close$/.test(token.type)) containers.pop();
    const block = toBlock({ token, text, lines, container: containers.at(-1) ?? null });
    if (block && block.start >= (blocks.at(-1)?.end ?? 0)) blocks.push(block);
  }
  return withFootnotes(text, blocks);
}

/** Adds the footnotes that the parser takes for definitions of links, those of one word or address. */
function withFootnotes(text: string, blocks: readonly Block[]): Block[] {
  const notes = [...text.matchAll(/^\[\^[^\]\n]{1,100}\]:[^\n]*\S/gm)].map(
    ({ index, 0: note }): Block => ({ kind: 'paragraph', start: index, end: index + note.length }),
  );
  const all = [...blocks, ...notes].toSorted((one, other) => one.start - other.start || other.end - one.end);
  let last = 0;
  return all.filter(({ start, end }) => {
    const isApart = start >= last;
    if (isApart) last = end;
    return isApart;
  });
}

function toBlock(place: {
  token: Token;
  text: string;
  lines: readonly number[];
  container: string | null;
}): Block | null {
  const { token, text, lines, container } = place;
  const kind = leafKinds[token.type];
  if (!kind || !token.map) return null;
  const lineStart = lines[token.map[0]] ?? text.length;
  const source = text.slice(lineStart, lines[token.map[1]] ?? text.length);
  const start = lineStart + source.length - source.trimStart().length;
  const end = lineStart + source.trimEnd().length;
  if (start >= end) return null;
  if (text.charAt(start) === '<' && kind === 'paragraph' && !hasVisibleText(text.slice(start, end))) return null;
  if (kind === 'heading' && !container) return { kind, start, end, level: Number(token.tag.slice(1)) };
  const isText = kind === 'heading' || kind === 'paragraph';
  if (isText && container) return { kind: container === 'blockquote_open' ? 'quote' : 'list', start, end };
  return { kind: kind === 'heading' ? 'paragraph' : kind, start, end };
}

function hasVisibleText(html: string): boolean {
  return /\S/.test(html.replace(/<!--[\s\S]*?(?:-->|$)/g, '').replace(/<[^<>]*>/g, ''));
}

/** Offsets at which the lines begin; the parser names lines, quotes need offsets. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Front matter between `---` (YAML) or `+++` (TOML) lines; only its plain one-line fields are read. */
function splitFrontMatter(source: string): { fields: ReadonlyMap<string, string>; body: string } {
  const found = frontMatterPattern.exec(source);
  const content = found?.[2] ?? '';
  if (!found) return { fields: new Map(), body: source };
  const isFields = content.split('\n').every((line) => /^(?:\s*$|\s*#|\s+|-\s|[\w.$ "'-]+\s*[:=]|[\]}])/.test(line));
  if (!isFields) return { fields: new Map(), body: source };
  const fields = new Map<string, string>();
  for (const line of content.split('\n')) {
    const field = /^(\w[\w.-]*)\s*[:=]\s*(.+?)\s*$/.exec(line);
    const value = field?.[2]?.replace(/^(["'])(.*)\1$/, '$2').trim();
    if (field?.[1] && value && fields.size < mostFields) fields.set(field[1].toLowerCase(), value.slice(0, 2000));
  }
  return { fields, body: source.slice(found[0].length) };
}

function languageOf(fields: ReadonlyMap<string, string>): string | null {
  return primaryLanguage(fields.get('lang') ?? fields.get('language') ?? fields.get('locale') ?? null);
}

/** The primary tag of a BCP 47 language, lower case; null when it is not one. */
export function primaryLanguage(tag: string | null): string | null {
  const primary = /^\s*([a-z]{2,3})(?:[-_]|\s*$)/i.exec(tag ?? '')?.[1];
  return primary?.toLowerCase() ?? null;
}
