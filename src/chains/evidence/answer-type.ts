import { type Quantity, quantitiesOf } from '../ground/quantities.ts';

/** What kind of thing a question asks for; `count` carries the beginning of the noun that is counted. */
export type AnswerType =
  | { readonly kind: 'phone' | 'email' | 'year' | 'speed' | 'money' | 'duration' | 'size' | 'name' | 'date' }
  | { readonly kind: 'count'; readonly noun: string };

type SimpleKind = Exclude<AnswerType['kind'], 'count'>;

/** The first that fits decides. */
const kinds: readonly (readonly [SimpleKind, RegExp])[] = [
  ['phone', /\b(?:phone|telephone|fax) number\b/i],
  ['email', /\be-?mail address of\b/i],
  ['year', /\b(?:which|what) year\b|\bfounded\b/i],
  ['speed', /\bper second\b|\bhow fast is\b|\b(?:what|which) (?:(?!(?:by|for|in|of|on|with)\b)\p{L}+ ){0,4}speed\b/iu],
  ['money', /\bhow much (?:do|does|is|are|will|would|did|must)\b.*\b(?:cost|pay|charge|price|fee)/i],
  ['money', /\bwhat (?:do|does|will|would|did)\b.*\bcost\b|\b(?:price|cost|fee|reward)s? (?:of|for|to|do)\b/i],
  ['duration', /\bhow (?:long|soon|fast|quickly|often|far back|old)\b/i],
];
const laterKinds: readonly (readonly [SimpleKind, RegExp])[] = [
  ['size', /\bhow (?:large|big|high|much)\b/i],
  ['name', /^\W*who (?:is|was) the\b|\bwhich (?:company|firm|provider|person)\b|\bname of\b/i],
  [
    'date',
    /^\W*(?:and |but |so )?(?:by |since |until |from )?when\b|[.,;:] when (?:is|was|were|are|do|does|did|will|can)\b|\b(?:what|which) (?:day|date|time)\b/i,
  ],
];
const counted =
  /\bhow many (?:(?:of|our|your|my|the|more|different|other|total|\p{Lu}\p{L}*) )*(?!(?:are|can|did|do|does|have|is|may|must|should|were|will)\b)(\p{Ll}+)/u;

const timeUnits = new Set(['ms', 'second', 'minute', 'hour', 'day', 'week', 'month', 'year']);
/** A number with a time some words later, as in `10 business days`, or none in digits, as in `a year`. */
const timeSpan =
  /(?:\d|\b(?:an?|one|few|several|half))[\s-]+(?:\p{L}+[\s-]+)?(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|century|centuries)\b/iu;
const timeWords =
  /\b(?:immediately|at once|never|always|forever|for ever|until|as soon as|within|daily|weekly|monthly|yearly|hourly|no limit|once|twice|times|every (?:second|minute|hour|day|night|week|month|year))\b/i;
const dateWords =
  /\b(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|when|once|after|before|until|at the end|immediately|at once|as soon as|never|always|century|decades?|[12]\d{3}s?|today|tonight|tomorrow|yesterday|weekends?|mornings?|afternoons?|evenings?|noon|midnight)\b/i;
/** `5:30 PM`, `2-3 pm`, `17:00`, `20260301`. */
const timeOfDay = /\b\d{1,2}(?::\d{2})?\s?[ap]\.?m\b|(?<![\d:])\d{1,2}:\d{2}(?![\d:])|(?<!\d)(?:19|20)\d{6}(?!\d)/i;
const roleWords =
  /\b(?:owners?|admins?|administrators?|members?|guests?|managers?|users?|team|desk|support|anyone|everyone|nobody)\b/i;
const noNumber = /\b(?:no limit|unlimited|none|any number|one(?! of\b)|once|unanimous)\b/i;
/** Behind a preposition a number of four digits is a year; it counts nothing. */
const yearBefore = /\b(?:in|of|by|since|until|from|to|and|before|after|between|around|about|early|late)\s$/i;
/** Characters between a number and the noun that it counts. */
const reach = 60;

export function answerTypeOf(question: string): AnswerType | null {
  const first = kinds.find(([, pattern]) => pattern.test(question));
  if (first) return { kind: first[0] };
  const noun = counted.exec(question.replace(/^\W*How/, 'how'))?.[1];
  if (noun) return { kind: 'count', noun: stemOf(noun) };
  const later = laterKinds.find(([, pattern]) => pattern.test(question));
  return later ? { kind: later[0] } : null;
}

/** Whether a text holds something of the kind that the question asks for. */
export function holdsAnswerType(type: AnswerType, text: string, question: string): boolean {
  switch (type.kind) {
    case 'phone':
      return /\+?\d[\d ()-]{6,}\d/.test(text);
    case 'email':
      return /\S@\S/.test(text);
    case 'year':
      return /\b[12]\d{3}\b/.test(text);
    case 'speed':
      return /\b(?:per|an?) (?:second|minute|hour)\b|[kmg]bps|[kmg]bit|\brpm\b|\bmph\b|\bkm\/h\b|\bknots\b/i.test(text);
    case 'money':
      return /[$€£%]|\b(?:USD|EUR|GBP|free|no charge|nothing|costs?)\b/i.test(text);
    case 'duration':
      return quantitiesOf(text).some(isTime) || timeSpan.test(text) || timeWords.test(text);
    case 'size':
      return quantitiesOf(text).length > 0 || noNumber.test(text);
    case 'count':
      return countsNoun(text, type.noun);
    case 'name':
      return hasNewName(text, question) || roleWords.test(text);
    case 'date':
      return quantitiesOf(text).some(isTime) || dateWords.test(text) || timeOfDay.test(text);
  }
}

function isTime({ unit }: Quantity): boolean {
  return unit !== null && timeUnits.has(unit);
}

function countsNoun(text: string, noun: string): boolean {
  const lower = text.normalize('NFKC').toLowerCase();
  if (!lower.includes(noun)) return false;
  return (
    noNumber.test(lower) ||
    quantitiesOf(text).some(
      ({ value, start, unit }) =>
        unit !== '%' &&
        !(/^[12]\d{3}$/.test(value) && yearBefore.test(lower.slice(Math.max(0, start - 10), start))) &&
        lower.slice(Math.max(0, start - reach), start + reach).includes(noun),
    )
  );
}

function hasNewName(text: string, question: string): boolean {
  return [...text.matchAll(/(?<=[^\s.!?:]\s)\p{Lu}\p{L}+/gu)].some((match) => !question.includes(match[0]));
}

/** Enough of a noun to find it in singular and plural. */
function stemOf(noun: string): string {
  return noun
    .toLowerCase()
    .replace(/(?:ies|es|s)$/, '')
    .slice(0, 6);
}
