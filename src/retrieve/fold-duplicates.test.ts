import { describe, expect, it } from 'vitest';
import { scoredPassage } from '../../test/scored-passage.ts';
import { foldDuplicates } from './fold-duplicates.ts';

const about = (version: string, text: string, fields: object = {}) =>
  scoredPassage({
    id: `psg_${version}`,
    documentId: `doc_${version}`,
    externalId: `reference/${version}/Sort.md`,
    title: 'Sort',
    text,
    ...fields,
  });
const names = (passages: readonly { id: string }[]) => passages.map(({ id }) => id.slice(4));

describe('foldDuplicates', () => {
  it('folds what says the same into the best, which names the other documents once', () => {
    const text = 'Sorting is stable; the Depth is 30.';
    const { passages, dropped } = foldDuplicates(
      [
        about('7.5', text),
        about('7.4', text),
        about('7.4', text, { id: 'psg_again' }),
        about('5.1', 'Sorting is not stable at all.'),
      ],
      'Is sorting stable?',
    );
    expect(names(passages)).toEqual(['7.5', '5.1']);
    expect(passages[0]?.alsoIn).toEqual([
      { documentId: 'doc_7.4', title: 'Sort', uri: null, version: 1, versionTag: '7.4' },
    ]);
    expect(passages[1]).not.toHaveProperty('alsoIn');
    expect(dropped).toHaveLength(2);
    expect(dropped[0]).toMatchObject({
      step: 'fold',
      passage: { id: 'psg_7.4' },
      foldedInto: { id: 'psg_7.5', documentId: 'doc_7.5' },
    });
  });
  it('keeps both where a number differs: they may contradict each other', () => {
    const ranked = [
      about('7.5', 'Deleted files are kept for 30 days.'),
      about('7.4', 'Deleted files are kept for 60 days.'),
    ];
    expect(names(foldDuplicates(ranked, 'How long are files kept?').passages)).toEqual(['7.5', '7.4']);
  });
  it('takes versions that differ in their own number alone for one, unless the question names a version', () => {
    const ranked = [about('7.5', 'Run setup of 7.5 to install it.'), about('7.4', 'Run setup of 7.4 to install it.')];
    expect(names(foldDuplicates(ranked, 'How is it installed?').passages)).toEqual(['7.5']);
    expect(names(foldDuplicates(ranked, 'How is 7.4 installed?').passages)).toEqual(['7.5', '7.4']);
  });
  it('names no other document for what one document repeats', () => {
    const twice = [about('7.5', 'See the notes.'), about('7.5', 'See the notes!', { id: 'psg_again' })];
    expect(foldDuplicates(twice, 'notes').passages).toEqual([twice[0]]);
  });
});
