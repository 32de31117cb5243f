import { documentVersion, type VersionedDocument } from '../../retrieve/document-version.ts';
import type { ScoredPassage } from '../../retrieve/retrieve.ts';
import { inQuoteMarks } from '../in-quote-marks.ts';
import type { NewerSource } from './newer-source.ts';

const messages = {
  en: { differ: 'The documents contradict each other', newer: 'newer', superseded: 'superseded', version: 'version' },
  de: { differ: 'Die Dokumente widersprechen sich', newer: 'neuer', superseded: 'abgelöst', version: 'Version' },
  fr: { differ: 'Les documents se contredisent', newer: 'plus récent', superseded: 'remplacé', version: 'version' },
  es: { differ: 'Los documentos se contradicen', newer: 'más reciente', superseded: 'sustituido', version: 'versión' },
  it: { differ: 'I documenti si contraddicono', newer: 'più recente', superseded: 'sostituito', version: 'versione' },
  pt: { differ: 'Os documentos se contradizem', newer: 'mais recente', superseded: 'substituído', version: 'versão' },
  nl: { differ: 'De documenten spreken elkaar tegen', newer: 'nieuwer', superseded: 'vervangen', version: 'versie' },
  ar: { differ: 'المستندات متناقضة', newer: 'الأحدث', superseded: 'تم استبداله', version: 'الإصدار' },
  zh: { differ: '文档相互矛盾', newer: '较新', superseded: '已被取代', version: '版本' },
  ja: { differ: '文書の記述が食い違っています', newer: '新しい方', superseded: '置き換え済み', version: 'バージョン' },
} as const;

type Source = VersionedDocument & Pick<ScoredPassage, 'title' | 'updatedAt'>;

/** One line that names both sides with their versions and dates, the newer one as such, and the numbers where those differ. */
export function conflictMessage(
  sources: readonly [Source, Source],
  { stated, newer }: { stated: readonly [string, string] | null; newer: NewerSource | null },
  language: string,
): string {
  const known = Object.hasOwn(messages, language) ? (language as keyof typeof messages) : 'en';
  const texts = messages[known];
  const dates = new Intl.DateTimeFormat(known === 'en' ? 'en-GB' : known, {
    dateStyle: 'long',
    timeZone: 'UTC',
    numberingSystem: 'latn',
  });
  const facts = sources.map((source, index) => {
    const version = documentVersion(source);
    const isNewer = newer?.index === index;
    const standing = isNewer ? texts.newer : newer?.basis === 'superseded' ? texts.superseded : null;
    const details = [version && `${texts.version} ${version}`, dates.format(Date.parse(source.updatedAt)), standing];
    const title = inQuoteMarks(source.title.replace(/\s+/g, ' '), known);
    return `${title} (${details.filter((detail) => detail !== null).join(', ')})`;
  });
  const sides = facts.map((fact, index) => (stated ? `${fact}: ${stated[index]}` : fact));
  return `${texts.differ}: ${sides.join('; ')}.`;
}
