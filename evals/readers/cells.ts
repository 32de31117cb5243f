/** The text of a value in a table or a record; null for what is empty or no text. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/**
 * The texts of a value: of a list its texts; of a text, where it is a list written down as JSON or as Python writes one (which is what a table
 * of such a library holds in a cell), the texts of that; else the text itself.
 */
export function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => textOf(entry) ?? []);
  const text = textOf(value);
  if (text === null) return [];
  return writtenList(text.trim()) ?? [text];
}

/** `true`, `yes`, `1` and their opposites in any case; null for anything else. */
export function flagOf(value: unknown): boolean | null {
  const text = textOf(value)?.trim().toLowerCase() ?? '';
  if (['true', 'yes', '1'].includes(text)) return true;
  return ['false', 'no', '0'].includes(text) ? false : null;
}

function writtenList(text: string): string[] | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.flatMap((entry) => textOf(entry) ?? []) : null;
  } catch {
    return pythonList(text);
  }
}

const pythonString = /'((?:[^'\\]|\\[\s\S])*)'|"((?:[^"\\]|\\[\s\S])*)"/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** `['one', "it's"]`; null when it is not a list of texts. */
function pythonList(text: string): string[] | null {
  const texts: string[] = [];
  let at = 1;
  for (;;) {
    at += /^[\s,]*/.exec(text.slice(at))?.[0].length ?? 0;
    if (at >= text.length - 1) return texts;
    pythonString.lastIndex = at;
    const found = pythonString.exec(text);
    if (!found) return null;
    texts.push(unescaped(found[1] ?? found[2] ?? ''));
    at = pythonString.lastIndex;
  }
}

function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g, (_all, ...groups) => {
    const [two, four, eight, other] = groups as (string | undefined)[];
    const code = two ?? four ?? eight;
    return code === undefined ? (escapes[other ?? ''] ?? other ?? '') : String.fromCodePoint(Number.parseInt(code, 16));
  });
}
