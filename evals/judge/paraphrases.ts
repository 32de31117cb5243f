import type { Random } from '../../src/domain/random.ts';

/** Wordings that say the same, each in the place of the other. */
const wordings: readonly (readonly [RegExp, string])[] = (
  [
    ['cannot', 'can’t'],
    ['is not', 'isn’t'],
    ['are not', 'aren’t'],
    ['does not', 'doesn’t'],
    ['do not', 'don’t'],
    ['in order to', 'to'],
    ['at least', 'no fewer than'],
    ['at most', 'no more than'],
    ['at once', 'right away'],
    ['immediately', 'right away'],
    ['because', 'since'],
    ['every', 'each'],
    ['several', 'a number of'],
    ['begins', 'starts'],
    ['begin', 'start'],
    ['choose', 'pick'],
    ['shows', 'displays'],
    ['show', 'display'],
    ['needs(?= an? | the )', 'requires'],
    ['need(?= an? | the )', 'require'],
    ['keeps', 'retains'],
    ['keep', 'retain'],
    ['happens', 'occurs'],
    ['happen', 'occur'],
    ['as well as', 'and also'],
    ['(?<=\\b(?:it|this|the \\w*[^s\\s]) )must', 'has to'],
    ['buy', 'purchase'],
    ['about(?= \\d)', 'around'],
    ['big', 'large'],
  ] as const
).map(([from, to]) => [new RegExp(`\\b${from}\\b`), to]);

const numberWords = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const leadingClause =
  /^(If|When|Before|After|Once|Until|While) ([^,.;:]{8,80}), (?!(?:and|but|or|so|then) )([^,.;:]{8,200})\.$/;

/**
 * Says a sentence in other words without changing what it says: the clause before the comma moves behind it, small numbers are written out,
 * words are exchanged for ones that mean the same. Null where less than two of that can be done.
 */
export function paraphrase(sentence: string, random: Random): string | null {
  let text = sentence;
  let changes = 0;
  const change = (next: string) => {
    if (next !== text) changes += 1;
    text = next;
  };
  change(text.replace(leadingClause, moveClause));
  change(text.replace(/(?<=\s)([2-9]|1[0-2])(?= \p{Ll}{3,})/u, (digits) => numberWords[Number(digits)] ?? digits));
  const first = random.integer(0, wordings.length - 1);
  for (let place = 0; place < wordings.length; place += 1) {
    const [from, to] = wordings[(first + place) % wordings.length] ?? [/$^/, ''];
    change(text.replace(from, to));
  }
  return changes < 2 ? null : text;
}

function moveClause(_all: string, word: string, clause: string, main: string): string {
  return `${main.charAt(0).toUpperCase()}${main.slice(1)} ${word.toLowerCase()} ${clause}.`;
}
