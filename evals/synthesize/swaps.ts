import type { Random } from '../../src/domain/random.ts';
import type { Fact } from './facts.ts';
import type { PassageIndex } from './passage-index.ts';

/** A question that sounds like one that the documents answer, and has no answer in them. */
export interface Swap {
  readonly kind: 'entity' | 'number' | 'crossed';
  readonly question: string;
  readonly from: string;
  readonly to: string;
}

/** Names that no document is likely to have; one that some document has is not used. */
const inventedNames =
  'Orvelda Brintal Quessing Tamarro Velnick Ostrine Calpeth Drumond Fessala Gorvane Hallix Ivendor Jastrel Korvimo Lumetta Mirvane Nostrel Pellidor Rondesk Sarvello Torvald-K Umbrissa Vantelle Wexmire Yoltan Zembrick'.split(
    ' ',
  );
const attempts = 20;

/**
 * Puts something else in the place of what a question asks about, and keeps the result only where the documents do not have it: a number or a
 * code with other digits that stands nowhere, an invented name that stands nowhere, or a thing of another document that no passage names together
 * with what is asked. Null where nothing can be put there.
 */
export function swap(fact: Fact, others: readonly Fact[], index: PassageIndex, random: Random): Swap | null {
  const { subject } = fact;
  if (subject === null || !fact.question.includes(subject)) return null;
  const made = (kind: Swap['kind'], to: string): Swap => ({
    kind,
    question: fact.question.replace(subject, () => to),
    from: subject,
    to,
  });
  if (/\d/.test(subject)) {
    const to = otherNumber(subject, index, random);
    return to === null ? null : made('number', to);
  }
  const foreign = fact.attribute === '' ? null : foreignSubject(fact, others, index, random);
  if (foreign !== null && random.next() < 0.5) return made('crossed', foreign);
  const unused = inventedNames.filter((name) => !index.isHeld(name));
  return unused.length === 0 ? null : made('entity', random.pick(unused));
}

function foreignSubject(fact: Fact, others: readonly Fact[], index: PassageIndex, random: Random): string | null {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const { subject, kind, passage } = random.pick(others);
    const isForeign = kind === fact.kind && passage.document.id !== fact.passage.document.id;
    if (subject !== null && isForeign && !index.isHeld(`${subject} ${fact.attribute}`)) return subject;
  }
  return null;
}

function otherNumber(subject: string, index: PassageIndex, random: Random): string | null {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const other = subject.replace(/\d/g, (_digit, at: number) =>
      String(random.integer(at === 0 || !/\d/.test(subject.charAt(at - 1)) ? 1 : 0, 9)),
    );
    const numbers = other.match(/[\p{L}\p{N}.,-]*\d[\p{L}\p{N}]*/gu) ?? [];
    if (other !== subject && numbers.some((number) => !index.isHeld(number))) return other;
  }
  return null;
}
