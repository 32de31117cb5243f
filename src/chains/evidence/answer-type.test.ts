import { expect, test } from 'vitest';
import { answerTypeOf, holdsAnswerType } from './answer-type.ts';

test.each([
  ['How long are files kept?', 'duration', 'They are kept for 60 days.', 'They are kept.'],
  [
    'How many devices can I link?',
    'count',
    'A member can link 10 devices.',
    'The 10 owners pay for their devices elsewhere, which is quite far away from any of the numbers here.'.slice(14),
  ],
  ['How long does a refund take?', 'duration', 'It takes 5 to 10 business days.', 'It takes time.'],
  ['How many customers are there?', 'count', 'There are 900 customers.', 'It went to 5% of customers.'],
  ['How much does a block cost?', 'money', 'A block costs 8 USD.', 'A block is large.'],
  ['How large is the package?', 'size', 'It is 80 MB.', 'It is small.'],
  ['In which year was it founded?', 'year', 'It was founded in 2011.', 'It was founded by Ada.'],
  ['What is the phone number of support?', 'phone', 'Call +49 30 123456.', 'Write to us.'],
  ['When does it expire?', 'date', 'It expires on 30 June.', 'It expires.'],
  ['When is the meeting?', 'date', 'We meet at 5:30 PM.', 'We meet in room 12.'],
  ['What time is the outage?', 'date', 'The outage lasts from 2-3 pm.', 'The outage was short.'],
  ['When did she write?', 'date', 'Time: 20260301_13:00. Hello!', 'Order 1234567 is here.'],
  [
    'How many guests settled here?',
    'count',
    'About 40 guests settled here.',
    'Guests settled here, one of the main towns.',
  ],
  ['How many guests were there?', 'count', 'There were 2000 guests.', 'In 1564 a group of guests came.'],
  ['At what speed does it turn?', 'speed', 'It turns at 3,600 rpm.', 'It turns fast.'],
  ['Which company does the tests?', 'name', 'They are done by Veritas each year.', 'They are done each year.'],
])('%s', (question, kind, holding, lacking) => {
  const type = answerTypeOf(question);
  expect(type?.kind).toBe(kind);
  if (!type) throw new Error('The question has no type.');
  expect(holdsAnswerType(type, holding, question)).toBe(true);
  expect(holdsAnswerType(type, lacking, question)).toBe(false);
});

test.each([
  'Which act deals with speed limits?',
  'What happens when I delete a file?',
  'Can I share a folder?',
  'And how many do they get?',
])('no type: %s', (question) => expect(answerTypeOf(question)).toBeNull());
