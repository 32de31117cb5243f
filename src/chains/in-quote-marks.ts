/** Opening and closing marks by language (ISO 639), as CLDR has them; English ones for all others. French sets narrow spaces within. */
const marks: Readonly<Record<string, readonly [string, string]>> = {
  de: ['„', '“'],
  fr: ['«\u202F', '\u202F»'],
  es: ['«', '»'],
  it: ['«', '»'],
  ar: ['«', '»'],
  ja: ['「', '」'],
};
const english = ['“', '”'] as const;

/** A text between the quotation marks of a language (ISO 639). */
export function inQuoteMarks(text: string, language: string): string {
  const [opening, closing] = marks[language] ?? english;
  return `${opening}${text}${closing}`;
}
