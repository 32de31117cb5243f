import type { Block } from '../../domain/document.ts';
import type { PdfLine } from './pdf-lines.ts';
import { createTextBuilder } from './text-builder.ts';

/** Lines at the edge of a page that may be its header or footer. */
const edgeLines = 2;
const headingRatio = 1.15;
const longestHeading = 200;
/** A font that sets less than this share of the text, and a whole line of it, sets headings. */
const headingFontShare = 0.15;
const listItem = /^(?:[•‣◦▪●○■–—*-]\s|\(?(?:\d{1,3}|[a-z])[.)]\s)/;

interface LineGroup {
  kind: 'heading' | 'paragraph' | 'list' | 'table';
  readonly lines: PdfLine[];
}

/** What holds for the whole document: its body text's size and spacing, its heading sizes, its words. */
interface Typography {
  readonly bodySize: number;
  /** Bold or otherwise set apart, at the size of the body text. */
  readonly headingFonts: ReadonlySet<string>;
  /** Distance of lines within a paragraph, in font sizes. */
  readonly pitch: number;
  /** Widest line, in points. */
  readonly width: number;
  /** Descending. */
  readonly headingSizes: readonly number[];
  /** Of the lines with a hyphen. */
  readonly words: ReadonlySet<string>;
}

/** Blocks of the pages' lines: repeated headers and footers dropped, wrapped lines joined by a space, headings by their size. */
export function toPdfBlocks(pages: readonly (readonly PdfLine[])[]): { text: string; blocks: readonly Block[] } {
  const lines = withoutRepeatedEdges(pages).flat();
  const typography = measure(lines);
  const builder = createTextBuilder();
  for (const group of groupLines(lines, typography)) {
    const page = group.lines[0]?.page ?? 1;
    const text =
      group.kind === 'table' ? group.lines.map((line) => line.text).join('\n') : joinLines(group.lines, typography);
    if (group.kind !== 'heading') builder.add(group.kind, text, { page });
    else if (text.length > longestHeading) builder.add('paragraph', text, { page });
    else builder.add('heading', text, { page, level: headingLevel(group, typography) });
  }
  return builder.build();
}

/** Drops lines at the top and bottom that most pages share, numbers aside. */
function withoutRepeatedEdges(pages: readonly (readonly PdfLine[])[]): PdfLine[][] {
  const counts = new Map<string, number>();
  const wordings = new Map<string, Set<string>>();
  const edgesByPage = pages.map((lines) => {
    const sorted = lines.toSorted((one, other) => other.across - one.across);
    return new Set([...sorted.slice(0, edgeLines), ...sorted.slice(-edgeLines)]);
  });
  for (const edges of edgesByPage) {
    for (const key of new Set([...edges].map(edgeKey))) counts.set(key, (counts.get(key) ?? 0) + 1);
    for (const line of edges) wordings.set(edgeKey(line), (wordings.get(edgeKey(line)) ?? new Set()).add(line.text));
  }
  // On two pages only a running number tells a footer from a letter that was printed twice.
  const isRepeated = (line: PdfLine) => {
    const count = counts.get(edgeKey(line)) ?? 0;
    const isNumbered = (wordings.get(edgeKey(line))?.size ?? 0) > 1;
    return count > pages.length / 2 && (count > 2 || (count === 2 && isNumbered));
  };
  return pages.map((lines, page) => lines.filter((line) => !(edgesByPage[page]?.has(line) && isRepeated(line))));
}

function edgeKey(line: PdfLine): string {
  return line.text.replace(/\d+/g, '#').toLowerCase();
}

function measure(lines: readonly PdfLine[]): Typography {
  const [[bodySize = 10] = []] = charactersBy(lines, roundedSize);
  const fonts = charactersBy(lines, (line) => line.font);
  const total = fonts.reduce((sum, [, characters]) => sum + characters, 0);
  const headingFonts = fonts.filter(([, characters]) => characters < total * headingFontShare).map(([font]) => font);
  const pitches = lines.flatMap((line, index) => {
    const pitch = pitchBetween(lines[index - 1], line);
    return pitch !== null && pitch > 0.8 && pitch < 3 && roundedSize(line) === bodySize ? [pitch] : [];
  });
  const hyphened = lines.filter(({ text }) => text.includes('-'));
  const words = hyphened.flatMap(({ text }) => text.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu) ?? []);
  const headings = lines.filter((line) => isLarge(line, bodySize)).map(roundedSize);
  return {
    bodySize,
    headingFonts: new Set(headingFonts.filter((font) => font !== null)),
    pitch: lowerMedian(pitches) ?? 1.2,
    width: lines.reduce((widest, line) => Math.max(widest, line.right - line.left), 0),
    headingSizes: [...new Set(headings)].toSorted((one, other) => other - one),
    words: new Set(words),
  };
}

/** Characters by what `keyOf` says of their line, most first. */
function charactersBy<Key>(lines: readonly PdfLine[], keyOf: (line: PdfLine) => Key): [Key, number][] {
  const counts = new Map<Key, number>();
  for (const line of lines) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + line.text.length);
  return [...counts].toSorted((one, other) => other[1] - one[1]);
}

function groupLines(lines: readonly PdfLine[], typography: Typography): LineGroup[] {
  const groups: LineGroup[] = [];
  for (const [index, line] of lines.entries()) {
    const last = groups.at(-1);
    const previous = last?.lines.at(-1);
    const isRow = line.cells.length > 1 && [lines[index - 1], lines[index + 1]].some((near) => isRowBeside(line, near));
    const kind = isRow ? 'table' : kindOf(line, typography);
    const place = last && previous ? { group: last, previous, line, kind, typography } : null;
    if (place && endsBoldParagraph(place)) {
      place.group.kind = 'paragraph';
      place.group.lines.push(line);
    } else if (place && continues(place)) place.group.lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  return groups;
}

function isRowBeside(line: PdfLine, near: PdfLine | undefined): boolean {
  return near !== undefined && near.page === line.page && near.cells.length > 1;
}

function kindOf(line: PdfLine, typography: Typography): LineGroup['kind'] {
  if (isLarge(line, typography.bodySize) || isSetApart(line, typography)) return 'heading';
  return listItem.test(line.text) ? 'list' : 'paragraph';
}

function isLarge(line: PdfLine, bodySize: number): boolean {
  const { text } = line;
  return line.size >= bodySize * headingRatio && text.length <= longestHeading && /\p{L}{2}/u.test(text);
}

/** A short line in a heading's font that is no sentence and no part of one. */
function isSetApart(line: PdfLine, typography: Typography): boolean {
  const { text } = line;
  if (line.font === null || !typography.headingFonts.has(line.font) || line.cells.length > 1) return false;
  const words = text.replace(/^[\d.]+\s+/, '');
  const isPhrase = /^[\p{Lu}\d]/u.test(words) && /\p{L}{2}/u.test(words) && !/[.,;:!?]$|[.!?]\s/.test(words);
  return isPhrase && line.size >= typography.bodySize * 0.95;
}

interface Place {
  readonly group: LineGroup;
  readonly previous: PdfLine;
  readonly line: PdfLine;
  readonly kind: LineGroup['kind'];
  readonly typography: Typography;
}

/** The last line of a paragraph in a heading's font, whose lines before it looked like a heading. */
function endsBoldParagraph({ group, previous, line, kind, typography }: Place): boolean {
  const isSameStyle = line.font !== null && line.font === previous.font && roundedSize(line) === roundedSize(previous);
  const pitch = pitchBetween(previous, line);
  return (
    group.kind === 'heading' && kind === 'paragraph' && isSameStyle && pitch !== null && pitch <= typography.pitch * 1.3
  );
}

/** Whether a line goes on with the group before it. */
function continues(place: Place): boolean {
  const { group, previous, line, kind, typography } = place;
  if (group.kind === 'table' && kind === 'paragraph') return isWrappedCell(place);
  if (kind === 'list' || (kind === 'table') !== (group.kind === 'table')) return false;
  if (kind === 'table') return previous.page === line.page;
  if ((kind === 'heading') !== (group.kind === 'heading')) return false;
  if (previous.page !== line.page) return continuesOnNextPage(previous, line);
  if (Math.abs(previous.size - line.size) > 0.12 * typography.bodySize) return false;
  const pitch = pitchBetween(previous, line);
  if (pitch === null) return startsLowercase(line);
  if (pitch > typography.pitch * 1.3) return false;
  if (group.kind === 'list' && line.left > (group.lines[0]?.left ?? 0) + 0.5 * line.size) return true;
  const isShort = previous.right - previous.left < typography.width * 0.75;
  return kind === 'heading' || !(isShort && /[.!?:。]["”’)]*$/.test(previous.text));
}

/** The second line of a cell that is not in the first column. */
function isWrappedCell({ group, previous, line, typography }: Place): boolean {
  const distance = (previous.across - line.across) / Math.max(line.size, 1);
  const isIndented = line.left > (group.lines[0]?.left ?? 0) + 2 * line.size;
  return isIndented && previous.page === line.page && distance > -0.2 && distance <= typography.pitch * 1.3;
}

function continuesOnNextPage(previous: PdfLine, line: PdfLine): boolean {
  return startsLowercase(line) && !/[.!?:;。]["”’)]*$/.test(previous.text);
}

function startsLowercase(line: PdfLine): boolean {
  return /^\p{Ll}/u.test(line.text);
}

/** Distance of two neighbouring lines in font sizes; null when the second one stands above, as at the top of a column. */
function pitchBetween(previous: PdfLine | undefined, line: PdfLine): number | null {
  if (!previous || previous.page !== line.page) return null;
  const distance = previous.across - line.across;
  return distance <= 0 ? null : distance / Math.max(line.size, 1);
}

/** The size's rank among the document's headings, 1-6; those set apart by their font alone come after. */
function headingLevel(group: LineGroup, typography: Typography): number {
  const [line] = group.lines;
  const rank = line ? typography.headingSizes.indexOf(roundedSize(line)) : -1;
  return Math.min(6, (rank >= 0 ? rank : typography.headingSizes.length) + 1);
}

/** One running text; a hyphen at a line's end goes unless the document writes the word with it elsewhere. */
function joinLines(lines: readonly PdfLine[], typography: Typography): string {
  let text = '';
  for (const line of lines) {
    const next = line.text.replaceAll(' | ', ' ');
    const before = text.endsWith('-') ? /\p{L}+$/u.exec(text.slice(text.lastIndexOf(' ') + 1, -1))?.[0] : undefined;
    const after = /^\p{Ll}+/u.exec(next)?.[0];
    if (!before || !after) text += text === '' ? next : ` ${next}`;
    else text = typography.words.has(`${before}-${after}`.toLowerCase()) ? text + next : text.slice(0, -1) + next;
  }
  return text;
}

/** Sizes to half a point: exporters round them differently from line to line. */
function roundedSize(line: PdfLine): number {
  return Math.round(line.size * 2) / 2;
}

function lowerMedian(values: readonly number[]): number | null {
  return values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)] ?? null;
}
