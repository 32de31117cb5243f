/** 0 part of the text · 1 a mark that layout added · 2 a hyphen at a line end · 3 a pipe between table cells. */
export type LayoutRole = 0 | 1 | 2 | 3;

const invisible = /\p{Default_Ignorable_Code_Point}/gu;
/** The first of them is the soft hyphen. */
const mayBeInvisible = /[\u00ad-\uffff]/;
const layoutCharacter = /[-*_`#[\]\\>|+~\u2010•◦▪‣]/;
const linePrefix = /^[ \t]*(?:>[> \t]*(?=[ \t\u00a0]))?[ \t]*(?:#{1,6}(?=[ \t\u00a0])|[-+*•◦▪‣](?=[ \t\u00a0]))?/gm;
const fenceLine = /^[ \t]*(?:`{3}|~{3})[^`\n]*$/gm;
const tableRule = /^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$/gm;
const link = /!?\[[^[\]\n]{0,500}\]\([^()\s]{0,2000}(?:[ \t]+"[^"\n]{0,500}")?\)/g;
const emphasis = /[*_]+/g;
const escapedMark = /\\(?=[*_`#[\]|>])/g;
const codeMark = /`/g;
const lineEndHyphen = /(?<=\p{L})[-\u2010](?=[ \t]*\r?\n[ \t]*\p{Ll})/gu;
/** Patterns with what a text must hold for one to match: to look for that costs next to nothing. */
const markPatterns = [
  ['```', fenceLine],
  ['~~~', fenceLine],
  ['---', tableRule],
  ['\\', escapedMark],
  ['`', codeMark],
] as const;
const innerOfEmphasis = /[\p{L}\p{N}"'\u2018\u201c([`$€£¥]/u;
const innerBeforeEmphasis = /[\p{L}\p{N}"'\u2019\u201d)\]`.!?:,;%]/u;
const alphanumeric = /[\p{L}\p{N}]/u;

/**
 * Tells for each UTF-16 unit of a text whether it belongs to the layout rather than to what the text says:
 * invisible characters, Markdown marks, bullets, hyphenation. Null when nothing does.
 */
export function layoutRoles(text: string): Uint8Array | null {
  const hasMarks = layoutCharacter.test(text);
  const hasInvisible = mayBeInvisible.test(text) && text.search(invisible) >= 0;
  if (!hasMarks && !hasInvisible) return null;
  const roles = new Uint8Array(text.length);
  const drop = (start: number, end: number) => roles.fill(1, start, end);
  const dropAll = (pattern: RegExp) => {
    for (const match of text.matchAll(pattern)) if (match[0] !== '') drop(match.index, match.index + match[0].length);
  };
  if (hasInvisible) dropAll(invisible);
  if (!hasMarks) return roles;
  dropAll(linePrefix);
  for (const [mark, pattern] of markPatterns) if (text.includes(mark)) dropAll(pattern);
  if (text.includes('](')) markLinks(text, drop);
  if (/[*_]/.test(text)) markEmphasis(text, roles);
  for (const match of text.matchAll(lineEndHyphen)) roles[match.index] = 2;
  if (text.includes('|')) markTablePipes(text, roles);
  return roles;
}

/** Of `[words](address)` and `![words](address)` only the words are text. */
function markLinks(text: string, drop: (start: number, end: number) => void): void {
  for (const match of text.matchAll(link)) {
    const open = match.index + (match[0].startsWith('!') ? 2 : 1);
    const close = text.indexOf(']', open);
    drop(match.index, open);
    drop(close, match.index + match[0].length);
  }
}

/** Emphasis marks stand at the edge of a word; one between two word characters, as in 5*3 or snake_case, is text. */
function markEmphasis(text: string, roles: Uint8Array): void {
  for (const match of text.matchAll(emphasis)) {
    const end = match.index + match[0].length;
    const before = text.charAt(match.index - 1);
    const after = text.charAt(end);
    const opens = innerOfEmphasis.test(after) && !alphanumeric.test(before);
    const closes = innerBeforeEmphasis.test(before) && !alphanumeric.test(after);
    const isEscaped = before === '\\';
    if ((opens || closes) && !isEscaped) roles.fill(1, match.index, end);
  }
}

/** Pipes of a table row are layout: the row begins or ends with one, or a neighbouring line has as many. */
function markTablePipes(text: string, roles: Uint8Array): void {
  let start = 0;
  let previousCount = 0;
  const lines = text.split('\n');
  for (const [number, line] of lines.entries()) {
    const count = countPipes(line);
    const trimmed = line.trim();
    const isRow =
      count > 0 &&
      (trimmed.startsWith('|') ||
        trimmed.endsWith('|') ||
        count === previousCount ||
        count === countPipes(lines[number + 1] ?? ''));
    if (isRow && (trimmed.startsWith('|') || !line.includes('||')))
      for (let index = line.indexOf('|'); index >= 0; index = line.indexOf('|', index + 1)) roles[start + index] = 3;
    previousCount = count;
    start += line.length + 1;
  }
}

function countPipes(line: string): number {
  let count = 0;
  for (let index = line.indexOf('|'); index >= 0; index = line.indexOf('|', index + 1)) count += 1;
  return count;
}
