import type { WordChange } from '../../domain/answer.ts';

/** Forms that mean the same. */
export interface EquivalentForms {
  readonly reason: 'glossary' | 'acronym';
  readonly forms: readonly string[];
}

/** Whether every word of the text stands in some passage. */
export type IsKnown = (text: string) => Promise<boolean>;

const mostChanges = 3;

/**
 * Puts another form in the place of one that the question holds: the first that some passage has. Short capitals (`IT`) match as they are
 * written only, so that a word is not taken for an acronym. `onlyUnknown` leaves forms alone that some passage has.
 */
export async function replaceEquivalents(
  question: string,
  groups: readonly EquivalentForms[],
  { isKnown, onlyUnknown = false }: { isKnown: IsKnown; onlyUnknown?: boolean },
): Promise<{ searched: string; changes: readonly WordChange[] }> {
  const changes: WordChange[] = [];
  let searched = question;
  for (const { reason, forms } of groups) {
    if (changes.length >= mostChanges) break;
    const found = longestIn(searched, forms);
    // A form that a change has put in is not changed back.
    if (!found || changes.some(({ to }) => to.toLowerCase().includes(found.text.toLowerCase()))) continue;
    if (onlyUnknown && (await isKnown(found.text))) continue;
    const others = forms.filter((form) => form.toLowerCase() !== found.text.toLowerCase());
    const to = await firstKnown(others, isKnown);
    if (to === null) continue;
    searched = `${searched.slice(0, found.start)}${to}${searched.slice(found.start + found.text.length)}`;
    changes.push({ from: found.text, to, reason });
  }
  return { searched, changes };
}

async function firstKnown(forms: readonly string[], isKnown: IsKnown): Promise<string | null> {
  for (const form of forms) if (await isKnown(form)) return form;
  return null;
}

function longestIn(text: string, forms: readonly string[]): { text: string; start: number } | null {
  const byLength = forms.toSorted((one, other) => other.length - one.length);
  for (const form of byLength) {
    const start = startOf(text, form);
    if (start >= 0) return { text: text.slice(start, start + form.length), start };
  }
  return null;
}

function startOf(text: string, form: string): number {
  // A few letters change their length with their case: then places in the one are none in the other.
  const isShort = form.length <= 3 || text.toLowerCase().length !== text.length;
  const where = isShort ? text : text.toLowerCase();
  const what = isShort ? form : form.toLowerCase();
  for (let at = where.indexOf(what); at >= 0 && what !== ''; at = where.indexOf(what, at + 1)) {
    const isWhole = !isLetter(where[at - 1]) && !isLetter(where[at + what.length]);
    if (isWhole) return at;
  }
  return -1;
}

function isLetter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}
