import type { Evidence } from './read-evidence.ts';

type Late = Pick<Evidence, 'quantities' | 'polarity'>;

/** Evidence whose numbers and negations are read when a sentence asks for them, and once for all sentences. */
export function whenAsked(
  read: Omit<Evidence, keyof Late>,
  late: { readonly [Part in keyof Late]: () => Late[Part] },
): Evidence {
  let quantities: Late['quantities'] | undefined;
  let polarity: Late['polarity'] | undefined;
  return {
    ...read,
    get quantities() {
      quantities ??= late.quantities();
      return quantities;
    },
    get polarity() {
      polarity ??= late.polarity();
      return polarity;
    },
  };
}
