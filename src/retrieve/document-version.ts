import type { Passage } from '../domain/passage.ts';

const versionNumber = /^(?:v\d+|v?\d+(?:\.\d+)+)(?:[-+][\w.]+)?$/i;
/** Of an address the path counts: a host may be four numbers. */
const host = /^[a-z][a-z\d+.-]*:\/\/[^/]*/i;

/** A file that calls what it says a version may mean a plain number; a folder of one is more often something else. */
const statedNumber = /^v?\d{1,6}(?:\.\d+)*(?:[-+][\w.]+)?$/i;

export type VersionedDocument = Pick<Passage, 'tags' | 'externalId' | 'statedVersion'>;

/**
 * The product version that a document is about: its tag `version`, else the one folder of its external id that reads like one, such as `7.4`
 * or `v2`, else what the file itself says where it is a version.
 */
export function documentVersion({ tags, externalId, statedVersion }: VersionedDocument): string | null {
  if (tags.version) return withoutSign(tags.version);
  const [folder, ...others] = externalId
    .replace(host, '')
    .split(/[/\\]/)
    .filter((part) => versionNumber.test(part));
  if (folder) return others.length === 0 ? withoutSign(folder) : null;
  return statedVersion && statedNumber.test(statedVersion) ? withoutSign(statedVersion) : null;
}

/** The versions that a question names: numbers with a dot, or any after "version" or "v". */
export function versionsNamed(question: string): string[] {
  const found = question.matchAll(/(?<![\w.])(?:version\s+|v)?(\d+(?:\.\d+)+)(?![\w.]*\d)|\bv(?:ersion\s+)?(\d+)\b/giu);
  return [...new Set([...found].map(([, dotted, plain]) => dotted ?? plain ?? ''))];
}

/** Whether `version` is what the question calls `named`: "7.4.1" is a 7.4. */
export function isVersion(version: string, named: string): boolean {
  const own = withoutSign(version);
  return own === named || own.startsWith(`${named}.`);
}

/** Negative when `one` is older: number by number, then a release after its previews ("2.0-beta" before "2.0"), then by name. */
export function compareVersions(one: string, other: string): number {
  const [own, its] = [readVersion(one), readVersion(other)];
  for (let place = 0; place < Math.max(own.numbers.length, its.numbers.length); place += 1) {
    const difference = (own.numbers[place] ?? 0) - (its.numbers[place] ?? 0);
    if (difference !== 0) return difference;
  }
  if (own.preview === its.preview) return 0;
  if (own.preview === '') return 1;
  if (its.preview === '') return -1;
  return own.preview.localeCompare(its.preview, 'en', { numeric: true });
}

function readVersion(version: string): { numbers: number[]; preview: string } {
  const [, digits = '', rest = ''] = /^(\d+(?:\.\d+)*)?(.*)$/s.exec(withoutSign(version)) ?? [];
  // A build ("+5") is no other version.
  const preview = rest.replace(/\+.*$/s, '').replace(/^[-.\s]+/, '');
  return { numbers: digits === '' ? [] : digits.split('.').map(Number), preview };
}

function withoutSign(version: string): string {
  return version
    .trim()
    .toLowerCase()
    .replace(/^v(?=\d)/, '');
}
