import { expect, test } from 'vitest';
import { lacksSuperlative } from './missing-superlative.ts';

test.each([
  ['What is the smallest screen that the app works on?', ['The app was tested with screen readers.'], true],
  ['Who was the first owner?', ['The owner signs in with a code.', 'Owners may leave.'], true],
  ['What is the largest file?', ['A file can be at most 10 GB.'], false],
  ['What is the minimum length?', ['Passwords have letters.', 'They need at least 12 of them.'], false],
  ['How do guests protest a request?', ['A guest writes to us.'], false],
  ['What is the latest version?', ['Version 4.4 came out in March.'], false],
])('%s against %j', (question, texts, expected) => expect(lacksSuperlative(question, texts)).toBe(expected));
