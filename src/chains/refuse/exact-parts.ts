/** Words of a question that must stand in its evidence as they are, by kind. */
export interface ExactParts {
  /** Words with a capital that do not begin a sentence. */
  readonly names: readonly string[];
  /** Words in capitals: often another word for what the sources spell out. */
  readonly acronyms: readonly string[];
  /** Letters with digits, such as error codes. */
  readonly identifiers: readonly string[];
  /** Numbers of versions, such as the 3.6 of `version 3.6`. */
  readonly versions: readonly string[];
}

const word = /[\p{L}\p{N}][\p{L}\p{N}._/-]*[\p{L}\p{N}]/gu;
const version = /\bversion (\d+(?:\.\d+)*)|\b(\d+\.\d+(?:\.\d+)*)\b/gi;

export function exactPartsOf(question: string): ExactParts {
  const words = [...question.matchAll(word)].map((match) => ({
    text: match[0],
    beginsSentence:
      /(?:^|[.!?:]\s*)["'“(]*$/.test(question.slice(Math.max(0, match.index - 4), match.index)) || match.index === 0,
  }));
  const texts = words.map(({ text }) => text);
  return {
    names: words.filter(({ text, beginsSentence }) => !beginsSentence && isName(text)).map(({ text }) => text),
    acronyms: texts.filter((text) => /^\p{Lu}{2,}s?$/u.test(text)),
    identifiers: texts.filter((text) => /\d/.test(text) && /\p{L}/u.test(text)),
    versions: [...question.matchAll(version)].map((match) => match[1] ?? match[2] ?? ''),
  };
}

/** Whether the text speaks of none of a version and its parts: `1` may stand there as `version 1`, `v1`, or `1.2`. */
export function lacksVersion(versions: readonly string[], lowerCaseText: string): boolean {
  return versions.some((version) => {
    const number = version.replaceAll('.', String.raw`\.`);
    const named = version.includes('.') ? '' : String.raw`(?:version\s+|\bv)`;
    return !new RegExp(String.raw`(?<![\d.])${named}${number}(?![\d])|(?<![\d.])${number}\.[\dx]`).test(lowerCaseText);
  });
}

/** Whether one of them stands nowhere in the text as a whole word, whatever its case. */
export function lacksOne(parts: readonly string[], lowerCaseText: string): boolean {
  return parts.some((part) => !hasWord(lowerCaseText, part.toLowerCase()));
}

function isName(text: string): boolean {
  return /^\p{Lu}\p{L}*\p{Ll}/u.test(text) && /^\p{L}+$/u.test(text);
}

function hasWord(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + wanted.length);
    if (!/[\p{L}\p{N}]/u.test(before) && !/[\p{L}\p{N}]/u.test(after)) return true;
  }
  return false;
}
