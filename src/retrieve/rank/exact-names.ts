const word = /[\p{L}\p{N}](?:[\p{L}\p{N}_.\-@'’]*[\p{L}\p{N}])?/gu;

/** Numbers, identifiers, and words with a capital letter after the first word of a question, in lower case: what an answer has to name itself. */
export function exactNamesOf(question: string): string[] {
  const names = new Set<string>();
  let isFirst = true;
  for (const [match] of question.matchAll(word)) {
    const name = match.replace(/['’]s$/, '');
    const isIdentifier = /[\p{N}_@]|\p{Ll}\p{Lu}|\p{Lu}{2}/u.test(name);
    if (isIdentifier || (!isFirst && /^\p{Lu}/u.test(name))) names.add(name.toLowerCase());
    isFirst = false;
  }
  return [...names];
}
