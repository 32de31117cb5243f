export type Person = 'he' | 'she' | 'they' | 'it';

/** A pronoun that stands for something before. Offsets are UTF-16. */
export interface Pronoun {
  readonly person: Person;
  readonly isPossessive: boolean;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const pattern = /(?<![\p{L}\p{N}'’-])(he|him|his|she|her|hers|they|them|their|theirs|it|its)(?![\p{L}\p{N}-])/giu;

const persons: Readonly<Record<string, Person>> = {
  he: 'he',
  him: 'he',
  his: 'he',
  she: 'she',
  her: 'she',
  hers: 'she',
  they: 'they',
  them: 'they',
  their: 'they',
  theirs: 'they',
  it: 'it',
  its: 'it',
};

/** `it` that stands for nothing: weather, time, distance, clauses that follow. */
const emptyIt =
  /^(?:\s+(?:take|takes|took|cost|costs|possible|important|true|matter|matters|mean|means|happen|happens|necessary|allowed|safe|ok|okay|better|best|worth)\b|\s+(?:rain|snow)|['’]s\s+(?:possible|true|like)\b)/i;
/** Words after which `her` is an object. */
const afterObject =
  /^\s*(?:[.,;:?!)]|$|(?:to|in|on|at|of|for|from|with|by|as|after|before|during|when|while|and|or|but|about|into|over|under|again|up|down|out|off|away|back|because|if|so|than|then|the|a|an|be|get|go|win|do|that)\b)/i;

/** The pronouns of a question, in order. `her` and `his` are told apart by what follows. */
export function pronounsOf(question: string): Pronoun[] {
  return [...question.matchAll(pattern)].flatMap((match) => {
    const text = match[0];
    const lower = text.toLowerCase();
    const person = persons[lower];
    const start = match.index;
    const end = start + text.length;
    const rest = question.slice(end);
    if (!person || (lower === 'it' && emptyIt.test(rest))) return [];
    const isPossessive = ['his', 'its', 'their'].includes(lower) || (lower === 'her' && !afterObject.test(rest));
    return [{ person, isPossessive, text, start, end }];
  });
}
