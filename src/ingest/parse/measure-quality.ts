import type { ParsedDocument } from '../../domain/document.ts';
import { fewestCharactersPerPage, goodQuality, type ParseQuality } from '../../domain/parse-quality.ts';

/** Of all characters; a text with this share of characters that could not be decoded is worth nothing. */
const unreadableShare = 0.05;
/** A page with less holds a page number at most. */
const fewestOnPage = 5;
/** A file without pages may be so much longer than its text, of markup, before text is missed in it. */
const bytesPerCharacter = 50;
/** A table that is lost costs as much as so much running text is worth. */
const tableWeight = 0.5;

/**
 * How well a file was read. The score is the product of four shares: pages with text, characters that could be decoded, tables that are there
 * (half of it stays without any), and characters a page up to the least that makes a page. Without pages, the least is what a file of
 * `size` bytes may be expected to hold: a file of one word is whole. Of an archive all text is read, so that only its pictures may hold more:
 * without any, a slide of one word is whole, and one without text is empty.
 */
export function measureQuality(parsed: ParsedDocument, size: number): ParseQuality {
  const { text, lostTables = 0 } = parsed;
  const pages = parsed.pages ?? null;
  const emptyPages = pages === null ? null : countEmptyPages(parsed, pages);
  const replacementCharacters = text.split('\ufffd').length - 1;
  const tables = parsed.blocks.filter(({ kind }) => kind === 'table').length;
  const charactersPerPage = pages === null ? null : Math.round(text.length / Math.max(1, pages));
  const mayHoldText = parsed.unreadBytes ?? (pages === null ? size : Number.POSITIVE_INFINITY);
  const expected = mayHoldText / Math.max(1, pages ?? 1) / bytesPerCharacter;
  const fewest = Math.min(fewestCharactersPerPage, Math.max(1, expected));
  const score =
    (pages === null || emptyPages === null || mayHoldText === 0 ? 1 : 1 - emptyPages / Math.max(1, pages)) *
    Math.max(0, 1 - replacementCharacters / Math.max(1, text.length) / unreadableShare) *
    (1 - (tableWeight * lostTables) / Math.max(1, lostTables + tables)) *
    Math.min(1, (charactersPerPage ?? text.length) / fewest);
  const measured = { characters: text.length, pages, charactersPerPage, emptyPages, lostTables, replacementCharacters };
  const rounded = Math.round(score * 100) / 100;
  return { score: rounded, ...measured, warning: rounded < goodQuality ? warningOf(measured) : null };
}

function countEmptyPages({ blocks }: ParsedDocument, pages: number): number {
  const characters = new Map<number, number>();
  for (const { page = 0, start, end } of blocks) characters.set(page, (characters.get(page) ?? 0) + end - start);
  const filled = [...characters].filter(([page, count]) => page > 0 && count >= fewestOnPage);
  return Math.max(0, pages - filled.length);
}

function warningOf(measured: Omit<ParseQuality, 'score' | 'warning'>): string {
  const { pages, emptyPages, lostTables, replacementCharacters, characters } = measured;
  const reasons = [
    pages !== null && emptyPages ? `${emptyPages} of ${pages} pages have no text` : '',
    lostTables > 0 ? `${lostTables} tables or charts could not be read` : '',
    replacementCharacters > 0 ? `${replacementCharacters} characters could not be decoded` : '',
  ].filter((reason) => reason !== '');
  return reasons.length > 0 ? `${reasons.join('; ')}.` : `Only ${characters} characters were found.`;
}
