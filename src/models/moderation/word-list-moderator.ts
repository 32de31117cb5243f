import type { Moderator } from '../moderator.ts';

/** Flags a text that holds one of the words or phrases as whole words, in any case, however its spaces and marks are written. */
export function createWordListModerator(words: readonly string[]): Moderator {
  const wanted = words.map(folded).filter((phrase) => phrase !== '  ');
  return {
    id: 'words',
    async moderate(text) {
      const searched = folded(text);
      const isFlagged = wanted.some((phrase) => searched.includes(phrase));
      return { isFlagged, categories: isFlagged ? ['words'] : [] };
    },
  };
}

/** Words in lower case without accents and invisible characters, one space around each. */
function folded(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase();
  return ` ${(plain.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')} `;
}
