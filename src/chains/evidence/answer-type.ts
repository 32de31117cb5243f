import { quantitiesOf } from '../ground/quantities.ts';

/** What kind of thing a question asks for, as far as its words tell. */
export type AnswerType = 'number' | 'time' | 'person' | 'place' | 'price';

const types: readonly (readonly [AnswerType, RegExp])[] = [
  [
    'price',
    /\bhow much (?:does|do|is|are|will|would|did)\b.*\b(?:cost|pay|price|charge|fee)|\b(?:price|cost|fee)s?\b/i,
  ],
  ['number', /\bhow (?:many|much|big|large|often|far|high|small)\b|\bwhat (?:number|percentage|size|share)\b/i],
  ['time', /\bhow (?:long|soon|fast|quickly|old)\b|\bwhen\b|\b(?:what|which) (?:year|day|date|month|time)\b/i],
  ['person', /^\W*who\b|\bwhose\b|\bwhom\b/i],
  ['place', /^\W*where\b|\b(?:in|to|from) (?:what|which) (?:country|city|region|place)\b/i],
];

const evidenceOf: Record<AnswerType, (text: string) => boolean> = {
  number: (text) => quantitiesOf(text).length > 0 || /\b(?:one|once|no limit|unlimited|none)\b/i.test(text),
  price: (text) => /[$€£]|\b(?:USD|EUR|GBP|free|cent|per cent)\b|%/i.test(text),
  time: (text) =>
    /\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b/i.test(
      text,
    ) ||
    /\b(?:second|minute|hour|day|night|week|month|year|immediately|at once|always|never|until|after|before|once|when)s?\b/i.test(
      text,
    ),
  person: (text) =>
    /(?<=\S\s)\p{Lu}\p{L}+/u.test(text) ||
    /\b(?:owner|admin|member|user|team|desk|manager|anyone|everyone|nobody)\w*\b/i.test(text),
  place: (text) => /(?<=\S\s)\p{Lu}\p{L}+/u.test(text) || /\b(?:in|at|on|under|inside|from) \w+/i.test(text),
};

export function answerTypeOf(question: string): AnswerType | null {
  return types.find(([, pattern]) => pattern.test(question))?.[0] ?? null;
}

/** Whether a text holds something of the kind that is asked for. */
export function holdsAnswerType(type: AnswerType, text: string): boolean {
  return evidenceOf[type](text);
}
