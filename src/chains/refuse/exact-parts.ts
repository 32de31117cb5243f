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
  /** Numbers in digits, on their own, and ordinal numbers, but for those of centuries. */
  readonly numbers: readonly string[];
}

const word = /[\p{L}\p{N}][\p{L}\p{N}._/-]*[\p{L}\p{N}]/gu;
const version = /\bversion (\d+(?:\.\d+)*)|\b(\d+\.\d+(?:\.\d+)*)\b/gi;
const ordinal =
  /(?<=\b(?:the|a|an|his|her|its|their|our|my) )second\b|\b(?:third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))\b(?![ -]centur)/gi;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth', 'tenth'];
const numberedTime = /^\d+(?:s|st|nd|rd|th)$/i;
const number = /(?<![\p{L}\p{N}_.-])\d(?:[\d.,]*\d)?(?![\p{L}\p{N}_-])/gu;

/** Regions and countries by the other names that texts use for them. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  europe: ['eu', 'european'],
  america: ['us', 'usa', 'american'],
  britain: ['uk', 'british'],
  england: ['uk', 'english'],
  germany: ['german'],
  france: ['french'],
};

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
    identifiers: texts.filter((text) => /\d/.test(text) && /\p{L}/u.test(text) && !numberedTime.test(text)),
    versions: [...question.matchAll(version)].map((match) => match[1] ?? match[2] ?? ''),
    numbers: [number, ordinal].flatMap((pattern) => [...question.matchAll(pattern)].map((match) => match[0])),
  };
}

/** Whether the text does not speak of one of the versions: `1` may stand there as `version 1`, `v1`, or as the beginning of `1.2`. */
export function lacksVersion(versions: readonly string[], lowerCaseText: string): boolean {
  return versions.some((version) => {
    const digits = version.replaceAll('.', String.raw`\.`);
    const named = version.includes('.') ? '' : String.raw`(?:version\s+|\bv)`;
    const pattern = String.raw`(?<![\d.])${named}${digits}(?!\d)|(?<![\d.])${digits}\.[\dx]`;
    return !new RegExp(pattern).test(lowerCaseText);
  });
}

/** A text in which exact parts are looked for: in lower case and without accents. */
export function toSearched(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Whether one of them stands nowhere in the text as a whole word, names in singular or plural. */
export function lacksOne(parts: readonly string[], searched: string): boolean {
  return parts.some((part) => !stands(part, searched));
}

/** Share of them that stand nowhere in the text, in [0, 1]; 0 of none. */
export function shareLacking(parts: readonly string[], searched: string): number {
  return parts.filter((part) => !stands(part, searched)).length / Math.max(1, parts.length);
}

function stands(part: string, searched: string): boolean {
  const lower = toSearched(part);
  const plurals = /^\p{L}+$/u.test(lower) ? [lower.replace(/s$/, ''), `${lower}s`] : [];
  return [lower, ...plurals, ...ordinalForms(lower), ...(otherNames[lower] ?? [])].some((form) =>
    hasWord(searched, form),
  );
}

/** `third` and `3rd` name the same. */
function ordinalForms(lower: string): readonly string[] {
  const place = ordinals.indexOf(lower);
  const written = /^(\d+)(?:st|nd|rd|th)$/.exec(lower)?.[1];
  if (place >= 0) return [`${place + 1}${['st', 'nd', 'rd'][place] ?? 'th'}`];
  return written ? [ordinals[Number(written) - 1] ?? lower] : [];
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
