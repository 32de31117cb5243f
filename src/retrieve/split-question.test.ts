import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitQuestion } from './split-question.ts';

describe('splitQuestion', () => {
  it.each<[string, string[]]>([
    [
      'What does the Team plan cost? How many members may it have?',
      ['What does the Team plan cost?', 'What does the Team plan cost? How many members may it have?'],
    ],
    [
      'My invoice is wrong. Who corrects the invoice? When is a credit note sent?',
      ['My invoice is wrong. Who corrects the invoice?', 'My invoice is wrong. When is a credit note sent?'],
    ],
    [
      'How do I cancel a plan, and when is the money refunded?',
      ['How do I cancel a plan', 'when is the money refunded?'],
    ],
    [
      'Where is the audit log and who can open it?',
      ['Where is the audit log', 'Where is the audit log who can open it?'],
    ],
    ['Which plan is cheaper, Team or Business?', ['Which plan is cheaper, Team?', 'Which plan is cheaper, Business?']],
    [
      'What is the difference between a workspace and a project?',
      ['What is the difference between a workspace?', 'What is the difference between a project?'],
    ],
    ['Kestrel vs. Heron for backups', []],
    [
      'What is better for backups: Kestrel vs. Heron?',
      ['What is better for backups: Kestrel?', 'What is better for backups: Heron?'],
    ],
    [
      'What are the limits of Free, Team and Business plans?',
      [
        'What are the limits of Free plans?',
        'What are the limits of Team plans?',
        'What are the limits of Business plans?',
      ],
    ],
    [
      'Are Kestrel and Heron made by the same company?',
      ['Are Kestrel made by the same company?', 'Are Heron made by the same company?'],
    ],
    [
      'Did Ada approve the budget before Grace sent the invoice to finance?',
      ['Did Ada approve the budget', 'Grace sent the invoice to finance?'],
    ],
    ['Was kostet der Plan? Wann wird bezahlt?', ['Was kostet der Plan?', 'Wann wird bezahlt?']],
  ])('%s', (question, parts) => {
    expect(splitQuestion(question)).toEqual(parts);
  });

  it.each([
    'How do I cancel my plan?',
    'What is search and replace?',
    'How many terms and conditions apply to refunds?',
    'Where does Marks and Spencer sell gift cards?',
    'What happens after the end of a trial?',
    'Which integration is common between Kestrel and Heron?',
    'Who invented it and why?',
    'Backups are kept for 30 days and restored on request.',
    'refunds',
    '?!',
    '',
  ])('does not split %j', (question) => {
    expect(splitQuestion(question)).toEqual([]);
  });

  const word = fc.constantFrom(
    'Kestrel',
    'Heron',
    'plan',
    'invoice',
    'backup',
    'seats',
    'how',
    'what',
    'is',
    'did',
    'the',
    'it',
    'in',
    'and',
    'or',
    'before',
    'between',
    'difference',
    'vs',
    'both',
    ',',
    '?',
  );
  it('loses no content word, gives at most four parts, and never the question itself alone', () => {
    const content = ['Kestrel', 'Heron', 'plan', 'invoice', 'backup', 'seats'];
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 20 }).map((words) => words.join(' ')),
        (question) => {
          const parts = splitQuestion(question);
          expect(parts.length).toBeLessThanOrEqual(4);
          expect(parts).not.toHaveLength(1);
          if (parts.length > 0)
            for (const one of content)
              if (question.includes(one))
                expect(
                  parts.some((part) => part.includes(one)),
                  `${question} | ${parts}`,
                ).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
  it('does not split a question without any word that joins', () => {
    const plain = fc.constantFrom('Kestrel', 'plan', 'invoice', 'how', 'what', 'the', 'in', 'cost');
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 12 }), (words) => {
        expect(splitQuestion(`${words.join(' ')}?`)).toEqual([]);
      }),
    );
  });
  it('takes a bounded number of steps for a hostile question', () => {
    for (const unit of ['A ', 'a, ', 'A and ', 'of "x" ', 'between a ', '? ', 'or, '])
      expect(splitQuestion(`How ${unit.repeat(4000 / unit.length)}?`).length).toBeLessThanOrEqual(4);
  });
});
