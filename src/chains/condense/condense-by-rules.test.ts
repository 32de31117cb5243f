import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { condenseByRules } from './condense-by-rules.ts';

const turn = (question: string, answer = '') => ({ question, answer });
const condense = (question: string, history: readonly { question: string; answer: string }[], topic?: string) =>
  condenseByRules(question, { history, topic: topic ?? null });

describe('pronouns', () => {
  const museum = [turn('Who founded the Aldous Museum?', 'It was founded by Mira Aldous in 1931.')];
  const founder = [...museum, turn('What did Mira Aldous collect?', 'She collected clocks.')];
  test.each([
    ['When did she die?', 'When did Mira Aldous die?'],
    ['Where did her parents live?', "Where did Mira Aldous's parents live?"],
    ['Who taught her to paint?', 'Who taught Mira Aldous to paint?'],
    ['Who was she?', 'Who was Mira Aldous?'],
  ])('of a person: %s', (question, expected) => expect(condense(question, founder)).toBe(expected));

  it('leads a chain of pronouns back to the name', () => {
    const chain = [...founder, turn('Where did she live?', 'In a mill by the river.')];
    expect(condense('When did she leave?', chain)).toBe('When did Mira Aldous leave?');
  });

  it('takes the whole name where an answer gave a part of it', () => {
    const history = [turn('Who is Mira Aldous?', 'Aldous was a collector.'), turn('What did Aldous sell?', 'Clocks.')];
    expect(condense('Who bought from her?', history)).toBe('Who bought from Mira Aldous?');
  });

  it.each([
    ['How long is it valid?', 'Can I get a refund for a yearly plan?', 'How long is a refund for a yearly plan valid?'],
    ['Can I rename it?', 'How do I create a shared folder?', 'Can I rename a shared folder?'],
    ['Can they be restored?', 'How long are deleted files kept?', 'Can deleted files be restored?'],
    ['Do they need a seat?', 'How many guests can we have on Team?', 'Do guests need a seat?'],
    ['What are its limits?', 'What is Kestrel Sync?', "What are Kestrel Sync's limits?"],
  ])('of a thing: %s', (question, asked, expected) => expect(condense(question, [turn(asked)])).toBe(expected));

  it('stays where the question itself says whom it means', () => {
    const question = 'Did Ada Loom sell her clocks?';
    expect(condense(question, founder, 'Mira Aldous')).toBe(question);
  });
});

describe('what is left out', () => {
  const versions = [turn('How long are file versions kept on Business?', 'For 180 days on Business.')];
  test.each([
    ['And on the Team plan?', 'How long are file versions kept on the Team plan?'],
    ['What about Enterprise?', 'How long are file versions kept on Enterprise?'],
    ['And in the archive?', 'How long are file versions kept on Business in the archive?'],
  ])('takes its place in the last question: %s', (question, expected) =>
    expect(condense(question, versions)).toBe(expected),
  );

  it('asks on through two turns', () => {
    const history = [...versions, turn('And on Team?', '90 days.')];
    expect(condense('And on Enterprise?', history)).toBe('How long are file versions kept on Enterprise?');
  });

  test.each([
    ['Why?', 'Why are monthly plans refunded?'],
    ['and when?', 'When are monthly plans refunded?'],
  ])('a bare %s asks about the last yes-or-no question', (question, expected) =>
    expect(condense(question, [turn('Are monthly plans refunded?', 'No.')])).toBe(expected),
  );

  it('borrows words where no rule fits, from the answer too when the question said little', () => {
    expect(condense('And what does that cost?', versions)).toBe('And what does that cost? (file versions Business)');
    expect(condense('And what does that cost?', [turn('How long?', 'A refund takes ten business days.')])).toMatch(
      /^And what does that cost\? \(refund/,
    );
  });
});

describe('a title', () => {
  it('is what the conversation is about', () => {
    expect(condense('When did they disband?', [], 'The Lanterns (band)')).toBe('When did The Lanterns disband?');
    expect(condense('Was there media coverage?', [], 'The Lanterns')).toBe('Was there media coverage (The Lanterns)?');
    expect(condense('Who were the Lanterns?', [], 'The Lanterns')).toBe('Who were the Lanterns?');
  });
});

it('says no more in other languages than the words of the last turn', () => {
  const history = [turn('Wie lange werden Dateiversionen im Business-Tarif aufbewahrt?', '180 Tage.')];
  const condensed = condense('Und wie ist es im Team-Tarif?', history);
  expect(condensed).toMatch(/^Und wie ist es im Team-Tarif\? \(.*Dateiversionen/);
});

it('never writes a word that nobody wrote, and reads long and odd texts in no time', () => {
  const words = fc.constantFrom(
    'And',
    'Why',
    'it',
    'they',
    'her',
    'of',
    'the',
    'Team',
    'A',
    'plans',
    'on',
    '?',
    '(',
    '\n',
    '  ',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(words, { maxLength: 40 }).map((list) => list.join(' ')),
  );
  const input = fc.record({
    question: text,
    history: fc.array(fc.record({ question: text, answer: text }), { maxLength: 4 }),
    topic: fc.option(text),
  });
  const wordsOf = (value: string) => value.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  fc.assert(
    fc.property(input, ({ question, history, topic }) => {
      const said = new Set([question, topic ?? '', 's', ...history.flatMap(Object.values)].flatMap(wordsOf));
      for (const word of wordsOf(condenseByRules(question, { history, topic }))) expect(said).toContain(word);
    }),
  );
  const endless = [turn('of the Team A '.repeat(5_000), 'Team of the '.repeat(5_000))];
  expect(condenseByRules('And on it?', { history: endless, topic: null }).length).toBeLessThan(2_000);
});
