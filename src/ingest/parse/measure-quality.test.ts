import { describe, expect, it } from 'vitest';
import type { ParsedDocument } from '../../domain/document.ts';
import { measureQuality } from './measure-quality.ts';
import { createTextBuilder } from './text-builder.ts';

const sentence = 'A refund is paid within five working days.';

function document(pages: readonly string[], more: Partial<ParsedDocument> = {}): ParsedDocument {
  const builder = createTextBuilder();
  for (const [index, text] of pages.entries()) builder.add('paragraph', text, { page: index + 1 });
  return { title: 'a', ...builder.build(), language: null, ...more };
}

describe('measureQuality', () => {
  it('gives a file that was read whole the full score', () => {
    expect(measureQuality(document([sentence, sentence], { pages: 2 }), 20_000)).toEqual({
      score: 1,
      characters: 2 * sentence.length + 2,
      pages: 2,
      charactersPerPage: sentence.length + 1,
      emptyPages: 0,
      lostTables: 0,
      replacementCharacters: 0,
      warning: null,
    });
  });

  it.each([
    ['pages that are pictures', document([sentence, '', 'x'], { pages: 4 }), 0.14, '3 of 4 pages have no text.'],
    ['all tables lost', document([sentence], { lostTables: 2 }), 0.5, '2 tables or charts could not be read.'],
    ['characters not decoded', document([`${sentence}\ufffd`.repeat(4)]), 0.53, '4 characters could not be decoded.'],
    ['nearly nothing', document(['a word']), 0.3, 'Only 6 characters were found.'],
  ])('lowers the score for %s, and says so', (_what, parsed, score, warning) => {
    expect(measureQuality(parsed, 20_000)).toMatchObject({ score, warning });
  });

  it.each([
    ['a word', 7],
    ['A', 1],
    ['Yes.', 120],
  ])('finds nothing wrong with %j as all of a file of %d bytes', (text, size) => {
    expect(measureQuality(document([text]), size)).toMatchObject({ score: 1, warning: null });
  });

  it.each([
    ['a document', document(['Hi'], { unreadBytes: 0 })],
    ['slides, one of them blank', document(['Hi', ''], { pages: 2, unreadBytes: 0 })],
  ])('finds nothing wrong with %s of a word in an archive without pictures', (_what, parsed) => {
    expect(measureQuality(parsed, 30_000)).toMatchObject({ score: 1, warning: null });
  });

  it('misses text in an archive that holds pictures', () => {
    const scanned = document(['Hi'], { unreadBytes: 90_000 });
    expect(measureQuality(scanned, 100_000).warning).toBe('Only 2 characters were found.');
    const slides = document(['Our team', ''], { pages: 2, unreadBytes: 90_000 });
    expect(measureQuality(slides, 100_000).warning).toBe('1 of 2 pages have no text.');
    expect(measureQuality(document([], { unreadBytes: 0 }), 10_000).warning).toBe('Only 0 characters were found.');
  });

  it('misses text in a file that is much longer, and on a page', () => {
    expect(measureQuality(document(['Yes.']), 5_000).warning).toBe('Only 4 characters were found.');
    expect(measureQuality(document(['Yes.'], { pages: 1 }), 120).warning).toBe('1 of 1 pages have no text.');
  });
});
