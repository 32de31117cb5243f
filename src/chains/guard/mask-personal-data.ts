import { findPersonalData, personalDataKinds } from './find-personal-data.ts';

/** What placeholders stand for; never stored with an answer, and given to nobody but the one who asked. */
export type MaskedValues = Readonly<Record<string, string>>;

/** Personal data of one question and the placeholders that stand for them. */
export interface Mask {
  /** Puts `[email 1]` and the like in place; the same value always gets the same one. */
  hide(text: string): string;
  /** Of what was hidden so far. */
  values(): MaskedValues;
}

const placeholder = new RegExp(`\\[(?:${personalDataKinds.join('|')}) (\\d{1,4})\\]`, 'g');

/** A mask whose placeholders differ from those in the texts before, which stand for other values. */
export function createMask(before: readonly string[]): Mask {
  const used = before.flatMap((text) => [...text.matchAll(placeholder)].map((match) => Number(match[1])));
  const first = Math.max(0, ...used) + 1;
  const placeholders = new Map<string, string>();
  const values = new Map<string, string>();

  function placeholderOf(kind: string, value: string): string {
    const known = placeholders.get(value);
    if (known) return known;
    const number = first + [...values.keys()].filter((name) => name.startsWith(`[${kind} `)).length;
    const made = `[${kind} ${number}]`;
    placeholders.set(value, made);
    values.set(made, value);
    return made;
  }

  return {
    hide(text) {
      let hidden = '';
      let at = 0;
      for (const { kind, start, end } of findPersonalData(text)) {
        hidden += text.slice(at, start) + placeholderOf(kind, text.slice(start, end));
        at = end;
      }
      return hidden + text.slice(at);
    },
    values: () => Object.fromEntries(values),
  };
}

/** Puts the values back. */
export function restoreText(text: string, values: MaskedValues): string {
  return text.replace(placeholder, (name) => (Object.hasOwn(values, name) ? (values[name] ?? name) : name));
}
