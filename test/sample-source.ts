import { usualRemovalLimit } from '../src/domain/source.ts';
import { SourceSettings } from '../src/domain/source-settings.ts';
import type { NewSource } from '../src/store/sources.ts';

type Given = Partial<Omit<NewSource, 'settings'>> & { readonly settings?: Record<string, unknown> };

/** A source as it is made where nothing else is said: a watched folder. */
export function sampleSource({
  settings = { kind: 'folder', path: '/srv/handbook' },
  ...given
}: Given = {}): NewSource {
  return {
    ...{ name: 'handbook', credentials: null, acl: [], tags: {}, schedule: null, removalLimit: usualRemovalLimit },
    ...given,
    settings: SourceSettings.parse(settings),
  };
}
