/** HTML that is safe to write into a page: only `html` makes it, and escapes what it is given. */
export interface Markup {
  readonly markup: string;
}

type Piece = string | number | Markup | null | readonly Piece[];

/** HTML with its pieces escaped, in text and in quoted attributes; a list is joined, null is nothing. */
export function html(texts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return { markup: texts.map((text, index) => text + render(pieces[index] ?? null)).join('') };
}

/** What is known to be safe without escaping, as a style sheet of our own. */
export function trusted(markup: string): Markup {
  return { markup };
}

function render(piece: Piece): string {
  if (piece === null) return '';
  if (typeof piece === 'string') return escapeMarkup(piece);
  if (typeof piece === 'number') return String(piece);
  return 'markup' in piece ? piece.markup : piece.map(render).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For text and quoted attributes of HTML and XML. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
