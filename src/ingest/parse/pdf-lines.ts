/** A run of text as the PDF library returns it; `transform` is the text matrix [a, b, c, d, e, f]. */
export interface PdfTextItem {
  readonly str: string;
  readonly transform: readonly number[];
  /** Along the line, in points. */
  readonly width: number;
  readonly fontName: string;
}

/** One line of a page: cells are parted where the gap is too wide for a space. */
export interface PdfLine {
  readonly cells: readonly string[];
  /** The cells with ` | ` between them. */
  readonly text: string;
  /** Font size in points, of most of the line's characters. */
  readonly size: number;
  /** The one font of the whole line, as the file names it; null when it is mixed. */
  readonly font: string | null;
  /** Position across the lines, in points; smaller is further down for upright text. */
  readonly across: number;
  /** Where the line begins and ends, in points. */
  readonly left: number;
  readonly right: number;
  readonly page: number;
}

interface PlacedItem {
  readonly text: string;
  readonly font: string;
  readonly size: number;
  readonly angle: number;
  readonly along: number;
  readonly across: number;
  readonly width: number;
}

/** Gap between runs, in font sizes: below the first they belong to one word, above the second to two cells. */
const wordGap = 0.15;
const cellGap = 1;

/** Joins runs into lines in the order of the file, which is the reading order of columns. Turned pages are read along their text. */
export function toLines(items: readonly PdfTextItem[], page: number): PdfLine[] {
  const lines: PdfLine[] = [];
  let current: PlacedItem[] = [];
  const finish = () => {
    const line = toLine(current, page);
    if (line) lines.push(line);
    current = [];
  };
  for (const item of items) {
    const placed = place(item);
    const last = current.at(-1);
    if (placed.text !== '') {
      if (last && !isSameLine(last, placed)) finish();
      current.push(placed);
    }
  }
  finish();
  return lines;
}

function place(item: PdfTextItem): PlacedItem {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = item.transform;
  const angle = Math.atan2(b, a);
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return {
    text: item.str,
    font: item.fontName,
    size: Math.hypot(c, d),
    angle,
    along: e * cosine + f * sine,
    across: f * cosine - e * sine,
    width: item.width,
  };
}

function isSameLine(last: PlacedItem, next: PlacedItem): boolean {
  const size = Math.max(last.size, next.size);
  if (Math.abs(last.angle - next.angle) > 0.02) return false;
  if (Math.abs(last.across - next.across) > 0.5 * size) return false;
  return next.along >= last.along + last.width - size;
}

function toLine(items: readonly PlacedItem[], page: number): PdfLine | null {
  const first = items.find((item) => item.text.trim() !== '');
  const last = items.findLast((item) => item.text.trim() !== '');
  if (!first || !last) return null;
  const cells: string[] = [];
  let cell = '';
  let end = first.along;
  for (const item of items) {
    const gap = item.along - end;
    if (gap > cellGap * item.size && cell.trim() !== '' && !isMarker(cell)) {
      cells.push(cell);
      cell = '';
    } else if (gap > wordGap * item.size && !cell.endsWith(' ')) cell += ' ';
    cell += item.text;
    // Runs of blanks are as wide as the gap that they fill.
    if (item.text.trim() !== '') end = item.along + item.width;
  }
  const texts = [...cells, cell].map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
  if (texts.length === 0) return null;
  const { size, across } =
    items.toSorted((one, other) => other.text.trim().length - one.text.trim().length)[0] ?? first;
  const fonts = new Set(items.filter((item) => item.text.trim() !== '').map((item) => item.font));
  const font = fonts.size === 1 ? first.font : null;
  const text = texts.join(' | ');
  return { cells: texts, text, size, font, across, left: first.along, right: last.along + last.width, page };
}

/** The bullet or number of a list item, which stands far from its text. */
export function isMarker(text: string): boolean {
  return /^\s*(?:[•‣◦▪●○■–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s*$/.test(text);
}
