/** Runs of so many words in common make a question findable by its letters alone. */
const length = 5;

/** Five words in a row that both texts have, in lower case, without punctuation; each once. */
export function sharedFiveGrams(one: string, other: string): string[] {
  const theirs = new Set(gramsOf(other));
  return [...new Set(gramsOf(one))].filter((gram) => theirs.has(gram));
}

function gramsOf(text: string): string[] {
  const words =
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, Math.max(0, words.length - length + 1)).map((_, at) => words.slice(at, at + length).join(' '));
}
