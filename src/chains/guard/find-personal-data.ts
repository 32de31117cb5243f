import type { Span } from '../../domain/sentences.ts';

export const personalDataKinds = ['key', 'email', 'iban', 'card', 'phone'] as const;
export type PersonalDataKind = (typeof personalDataKinds)[number];

export interface PersonalData extends Span {
  readonly kind: PersonalDataKind;
}

/** Each pattern gives the span of its group `value`, or of the whole match; what overlaps an earlier kind is left to it. */
const patterns: Readonly<Record<PersonalDataKind, readonly RegExp[]>> = {
  key: [
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{1,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/dg,
    /(?<![\w-])(?:sk|pk|rk|fn|hf|npm|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abeprs])[-_][\w-]{16,400}/dg,
    /(?<!\w)(?:AKIA|ASIA)[0-9A-Z]{16}(?!\w)/dg,
    /(?<![\w-])AIza[\w-]{35}(?![\w-])/dg,
    /(?<![\w-])eyJ[\w-]{8,4000}\.[\w-]{8,4000}\.[\w-]{4,4000}/dg,
    /(?<!\w)bearer\s+(?<value>[\w.~+/=-]{16,4000})/dgi,
    /(?<!\w)(?:api[ _-]?key|access[ _-]?token|auth[ _-]?token|token|secret|password|passwd|pwd)\s{0,3}[:=]\s{0,3}["'`]?(?<value>(?=\S{0,400}\d)[^\s"'`]{8,400})/dgi,
  ],
  email: [/(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/dgu],
  iban: [/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]){11,30}/dg],
  card: [/(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d])/dg],
  phone: [
    /(?<![\p{L}\p{N}.,+-]|\d )(?:\+|00)[1-9](?:[ ()/.-]{0,3}\d){6,14}(?!\d)/dgu,
    /(?<![\p{L}\p{N}.,+-]|\d )\(?0\d{2,4}\)?[ /-]{1,3}\d{2,8}(?:[ -]\d{2,6}){0,4}(?!\d|[.-]\d)/dgu,
    /(?<![\p{L}\p{N}.,+-]|\d )(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?!\d)/dgu,
  ],
};

/** Personal data and secrets in a text, in its order, none inside another. Cards and IBANs count only with a right checksum. */
export function findPersonalData(text: string): PersonalData[] {
  const found: PersonalData[] = [];
  for (const kind of personalDataKinds)
    for (const pattern of patterns[kind])
      for (const match of text.matchAll(pattern)) {
        const span = checked(kind, text, spanOf(match));
        if (span && !found.some(({ start, end }) => span.start < end && start < span.end))
          found.push({ kind, ...span });
      }
  return found.sort((one, other) => one.start - other.start);
}

function spanOf(match: RegExpExecArray): Span {
  const [start, end] = match.indices?.groups?.value ?? match.indices?.[0] ?? [0, 0];
  return { start, end };
}

/** The span with its checksum right, shortened where words follow an IBAN; null when it is something else. */
function checked(kind: PersonalDataKind, text: string, span: Span): Span | null {
  if (kind === 'card') return isCard(text.slice(span.start, span.end).replace(/\D/g, '')) ? span : null;
  return kind === 'iban' ? ibanIn(text, span) : span;
}

function isCard(digits: string): boolean {
  return /^(?:[3-6]|2[2-7])/.test(digits) && luhn(digits) % 10 === 0;
}

function luhn(digits: string): number {
  return [...digits].reverse().reduce((sum, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return sum + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
}

/** Lengths from the SWIFT IBAN registry; for a country that is not listed the whole match must be right. */
const ibanLengths: Readonly<Record<string, number>> = {
  ...{ AD: 24, AE: 23, AL: 28, AT: 20, AZ: 28, BA: 20, BE: 16, BG: 22, BH: 22, BR: 29, CH: 21, CR: 22, CY: 28, CZ: 24 },
  ...{ DE: 22, DK: 18, DO: 28, EE: 20, EG: 29, ES: 24, FI: 18, FO: 18, FR: 27, GB: 22, GE: 22, GI: 23, GL: 18, GR: 27 },
  ...{ HR: 21, HU: 28, IE: 22, IL: 23, IS: 26, IT: 27, JO: 30, KW: 30, KZ: 20, LB: 28, LI: 21, LT: 20, LU: 20, LV: 21 },
  ...{ MC: 27, MD: 24, ME: 22, MK: 19, MT: 31, NL: 18, NO: 15, PL: 28, PT: 25, QA: 29, RO: 24, RS: 22, SA: 24, SE: 24 },
  ...{ SI: 19, SK: 24, SM: 27, TR: 26, UA: 29, XK: 20 },
};

function ibanIn(text: string, { start, end }: Span): Span | null {
  const length = ibanLengths[text.slice(start, start + 2).toUpperCase()];
  const characters = [...text.slice(start, end).matchAll(/[A-Za-z0-9]/g)];
  const last = characters[(length ?? characters.length) - 1];
  if (!last) return null;
  const stop = start + last.index + 1;
  if (/[A-Za-z0-9]/.test(text.charAt(stop))) return null;
  return hasIbanChecksum(text.slice(start, stop).replace(/[^A-Za-z0-9]/g, '')) ? { start, end: stop } : null;
}

/** ISO 7064, MOD 97-10: the first four characters go to the end, letters become numbers from 10. */
function hasIbanChecksum(iban: string): boolean {
  const digits = [...`${iban.slice(4)}${iban.slice(0, 4)}`].map((character) => Number.parseInt(character, 36)).join('');
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}
