import type { Block, BlockKind, ParsedDocument, Properties } from '../../domain/document.ts';

const adornment = /^([!-/:-@[-`{-~])\1{2,}\s*$/;
const tableEdge = /^\s*(?:\+[-=+]+\+|=+(?: +=+)+)\s*$/;
const listItem = /^\s*(?:[-*+•]|\(?(?:\d+|[a-zA-Z]|#)[.)])\s+\S/;
const codeDirectives = /^\.\.\s+(?:code|code-block|sourcecode|highlight|parsed-literal|literalinclude|prompt|math)::/;
/** Directives whose body is shown to the reader as text. */
const silentDirectives =
  /^\.\.\s+(?:_|\||(?:toctree|image|figure|index|contents|raw|include|meta|highlight|module|currentmodule|automodule|autoclass|autofunction)::|(?![\w:.-]+::|\[))/;
const footnote = /^\.\.\s+\[[^\]]+\]\s/;

interface Line {
  readonly text: string;
  readonly start: number;
}

/**
 * Blocks of reStructuredText. The text is the source, so that quotes are what the author wrote; comments, targets and the like are in no block.
 * Levels of headings follow the order in which their underlines appear; the field list at the top gives the properties.
 */
export function parseRst(source: string, fileTitle: string): ParsedDocument {
  const lines = linesOf(source);
  const blocks: Block[] = [];
  const levels: string[] = [];
  let at = 0;
  while (at < lines.length) {
    const found = readBlock(lines, at, levels);
    if (found.block) blocks.push(found.block);
    at = Math.max(found.next, at + 1);
  }
  const heading = blocks.find(({ kind }) => kind === 'heading');
  const title = heading ? headingLine(source.slice(heading.start, heading.end)) : '';
  return { title: title || fileTitle, text: source, blocks, language: null, properties: docinfoOf(lines) };
}

function linesOf(source: string): Line[] {
  let start = 0;
  return source.split('\n').map((text) => {
    const line = { text, start };
    start += text.length + 1;
    return line;
  });
}

function headingLine(heading: string): string {
  return (
    heading
      .split('\n')
      .find((line) => !adornment.test(line))
      ?.trim() ?? ''
  );
}

interface Found {
  readonly block: Block | null;
  /** Line after it. */
  readonly next: number;
}

function readBlock(lines: readonly Line[], at: number, levels: string[]): Found {
  const text = lines[at]?.text ?? '';
  if (text.trim() === '') return { block: null, next: at + 1 };
  const heading = readHeading(lines, at, levels);
  if (heading) return heading;
  if (tableEdge.test(text)) return run(lines, at, 'table', isFilled);
  if (/^\.\.(?:\s|$)/.test(text)) return readDirective(lines, at);
  if (/^:[\w -]+:(?:\s|$)/.test(text)) return { block: null, next: at + 1 };
  const isItem = listItem.test(text);
  const isIndented = /^\s/.test(text);
  const previous = lastFilled(lines, at);
  if (isIndented && !isItem) {
    const kind = previous.trimEnd().endsWith('::') ? 'code' : 'quote';
    return kind === 'code'
      ? indented(lines, at, 'code')
      : run(lines, at, isListAbove(previous) ? 'list' : 'quote', isFilled);
  }
  return run(
    lines,
    at,
    isItem ? 'list' : 'paragraph',
    (line, index) => isFilled(line) && (index === at || !(isItem && listItem.test(line))),
  );
}

function isListAbove(previous: string): boolean {
  return listItem.test(previous);
}

function isFilled(line: string): boolean {
  return line.trim() !== '';
}

/** A title with a line of marks below it, and maybe one above it. */
function readHeading(lines: readonly Line[], at: number, levels: string[]): Found | null {
  const hasOverline = adornment.test(lines[at]?.text ?? '');
  const title = lines[hasOverline ? at + 1 : at]?.text ?? '';
  const underline = lines[hasOverline ? at + 2 : at + 1]?.text ?? '';
  if (title.trim() === '' || !adornment.test(underline) || (!hasOverline && /^\s/.test(title)) || adornment.test(title))
    return null;
  if (underline.trimEnd().length < title.trim().length * 0.7) return null;
  const style = `${hasOverline ? 'over' : ''}${underline.charAt(0)}`;
  if (!levels.includes(style)) levels.push(style);
  const last = hasOverline ? at + 2 : at + 1;
  return {
    block: { ...range(lines, at, last), kind: 'heading', level: Math.min(6, levels.indexOf(style) + 1) },
    next: last + 1,
  };
}

function readDirective(lines: readonly Line[], at: number): Found {
  const text = lines[at]?.text ?? '';
  if (footnote.test(text)) return withIndented(lines, at, 'paragraph');
  if (codeDirectives.test(text)) return indented(lines, skipOptions(lines, at + 1), 'code');
  if (silentDirectives.test(text)) return { block: null, next: afterIndented(lines, at + 1) };
  // A note or a warning: what it says follows its name or stands indented below it, and is read as any text.
  const said = /^\.\.\s+[\w:.-]+::\s+(?=\S)/.exec(text);
  if (!said) return { block: null, next: skipOptions(lines, at + 1) };
  return run(lines, at, 'paragraph', isFilled);
}

function skipOptions(lines: readonly Line[], at: number): number {
  let next = at;
  while (/^\s+:[\w-]+:/.test(lines[next]?.text ?? '')) next += 1;
  while (next < lines.length && (lines[next]?.text ?? '').trim() === '') next += 1;
  return next;
}

function afterIndented(lines: readonly Line[], at: number): number {
  let next = at;
  while (next < lines.length && /^(?:\s|$)/.test(lines[next]?.text ?? '')) next += 1;
  return next;
}

/** Indented lines together, blank ones between them included. */
function indented(lines: readonly Line[], at: number, kind: BlockKind): Found {
  const next = afterIndented(lines, at);
  let last = next - 1;
  while (last > at && (lines[last]?.text ?? '').trim() === '') last -= 1;
  if (next === at || last < at) return { block: null, next: at };
  return { block: { ...range(lines, at, last), kind }, next };
}

function withIndented(lines: readonly Line[], at: number, kind: BlockKind): Found {
  let last = at;
  while (/^\s+\S/.test(lines[last + 1]?.text ?? '')) last += 1;
  return { block: { ...range(lines, at, last), kind }, next: last + 1 };
}

function run(
  lines: readonly Line[],
  at: number,
  kind: BlockKind,
  goesOn: (line: string, index: number) => boolean,
): Found {
  let last = at;
  while (last + 1 < lines.length && goesOn(lines[last + 1]?.text ?? '', last + 1)) last += 1;
  return { block: { ...range(lines, at, last), kind }, next: last + 1 };
}

function range(lines: readonly Line[], first: number, last: number): { start: number; end: number } {
  const begin = lines[first];
  const finish = lines[last];
  const indent = (begin?.text.length ?? 0) - (begin?.text.trimStart().length ?? 0);
  return { start: (begin?.start ?? 0) + indent, end: (finish?.start ?? 0) + (finish?.text.trimEnd().length ?? 0) };
}

function lastFilled(lines: readonly Line[], before: number): string {
  for (let at = before - 1; at >= 0; at -= 1) if (isFilled(lines[at]?.text ?? '')) return lines[at]?.text ?? '';
  return '';
}

/** `:Author: Ada` before the first paragraph. */
function docinfoOf(lines: readonly Line[]): Properties {
  const fields: Record<string, string> = {};
  for (const { text } of lines.slice(0, 40)) {
    const [, name = '', value = ''] = /^:([\w -]{1,40}):\s+(\S.*)$/.exec(text) ?? [];
    if (name !== '') fields[name.toLowerCase()] = value.trim().slice(0, 2000);
  }
  return fields;
}
