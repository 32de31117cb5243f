import { expect, test } from 'vitest';
import { hasOpposite } from './opposite-words.ts';

test.each([
  ['Which plan has the highest price?', 'Starter has the lowest price.'],
  ['What is uploaded at night?', 'Files are downloaded at night.'],
  ['Which files are unlocked after a day?', 'Files are locked after a day.'],
  ['Which settings are optional?', 'These settings are required.'],
])('%s against: %s', (question, evidence) => expect(hasOpposite(question, evidence)).toBe(true));

test.each([
  ['Which plan has the highest price?', 'Enterprise has the highest price, Starter the lowest.'],
  ['Can I open and close it?', 'Close it with Escape.'],
  ['Which are locked, and which unlocked?', 'The file is locked.'],
  ['What is in the bin?', 'The bin holds deleted files.'],
  ['Is it included?', 'It has been included since May, and information is here.'],
])('%s not against: %s', (question, evidence) => expect(hasOpposite(question, evidence)).toBe(false));
