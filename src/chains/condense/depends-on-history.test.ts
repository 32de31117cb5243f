import { describe, expect, test } from 'vitest';
import { dependsOnHistory } from './depends-on-history.ts';

describe('which questions need the turns before', () => {
  test.each([
    'And on the Team plan?',
    'How long does that take?',
    'What about guests?',
    'Why?',
    'Can they be restored?',
    'When did he retire?',
    'Und im Team-Tarif?',
  ])('%s', (question) => expect(dependsOnHistory(question)).toBe(true));
  test.each([
    'How many devices can a member on Team link?',
    'Is there a limit on the size of a shared folder?',
    'What does the error code KS-1042 mean in the desktop app?',
  ])('not: %s', (question) => expect(dependsOnHistory(question)).toBe(false));
});
