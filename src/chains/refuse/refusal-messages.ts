import type { NearestDocument, RefusalReason } from '../../domain/answer.ts';
import { hasUnsafeLink } from '../ground/unsafe-link.ts';

type Messages = Readonly<Record<RefusalReason, string>> & { readonly nearest: (titles: string) => string };

/** One entry for each language; the first subtag of the asker's locale chooses, English is the fallback. */
const messages = {
  en: {
    'no-documents': 'There are no documents yet that you may read, so there is nothing to answer from.',
    'no-evidence': 'The documents say nothing about this.',
    'weak-evidence': 'The documents do not answer this.',
    'conflicting-evidence': 'The documents contradict each other on this.',
    'unsafe-question': 'This question cannot be answered.',
    nearest: (titles) => `The nearest ones are ${titles}.`,
  },
} as const satisfies Record<string, Messages>;

const titlesNamed = 3;

/** A refusal in plain words that names the documents nearest to the question, but for those whose title holds a link or markup. */
export function refusalMessage(
  reason: RefusalReason,
  nearest: readonly NearestDocument[],
  locale: string | null,
): string {
  const language = locale?.toLowerCase().split('-')[0] ?? 'en';
  const texts: Messages = Object.hasOwn(messages, language) ? messages[language as keyof typeof messages] : messages.en;
  const safe = nearest.map((document) => document.title).filter((title) => !hasUnsafeLink(title, []));
  const titles = [...new Set(safe)].slice(0, titlesNamed);
  if (titles.length === 0 || reason === 'no-documents') return texts[reason];
  const list = new Intl.ListFormat(Object.hasOwn(messages, language) ? language : 'en', { type: 'conjunction' });
  return `${texts[reason]} ${texts.nearest(list.format(titles.map((title) => `“${title}”`)))}`;
}
