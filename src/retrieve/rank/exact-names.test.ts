import { expect, it } from 'vitest';
import { exactNamesOf } from './exact-names.ts';

it.each([
  ['What does ERR_CONN-42 mean?', ['err_conn-42']],
  ['When did Ada Lovelace meet Babbage?', ['ada', 'lovelace', 'babbage']],
  ['Which limits changed in v2.3.1 and for 20 users?', ['v2.3.1', '20']],
  ["getUserById fails with Ada's key", ['getuserbyid', 'ada']],
  ['what is a refund?', []],
])('%s', (question, names) => expect(exactNamesOf(question)).toEqual(names));
