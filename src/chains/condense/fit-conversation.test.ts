import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversationLimits, fitConversation } from './fit-conversation.ts';

const turn = (length: number, name = 'x') => ({ question: `${name}?`, answer: name.repeat(length - name.length - 1) });

describe('fitConversation', () => {
  it('leaves a conversation alone that fits', () => {
    const history = Array.from({ length: conversationLimits.turns }, (_, index) => turn(100, `${index}`));
    expect(fitConversation(history)).toEqual({ turns: history, cutTo: null });
    expect(fitConversation([])).toEqual({ turns: [], cutTo: null });
  });

  it('keeps the newest turns whole, by number and by length', () => {
    const many = Array.from({ length: conversationLimits.turns + 1 }, (_, index) => turn(100, `${index}`));
    expect(fitConversation(many)).toEqual({ turns: many.slice(1), cutTo: 'the newest 6 turns' });
    const long = [turn(10, 'a'), turn(3_000, 'b'), turn(2_000, 'c')];
    expect(fitConversation(long)).toEqual({ turns: long.slice(2), cutTo: 'the newest turn' });
  });

  it('cuts a newest turn that is too long by itself behind a sentence', () => {
    const answer = 'The limit is 50 GB on Team. '.repeat(400);
    const { turns, cutTo } = fitConversation([turn(100), { question: 'What is the limit?', answer }]);
    expect(cutTo).toBe('a part of the newest turn');
    expect(turns).toHaveLength(1);
    expect(turns[0]?.question).toBe('What is the limit?');
    expect(turns[0]?.answer).toMatch(/^The limit is .* on Team\.$/);
    expect(turns[0]?.answer.length).toBeGreaterThan(4_000);
  });

  it('never reads more than its limits, and says so whenever it reads less than all', () => {
    const text = fc.array(fc.constantFrom('Yes. ', 'a long one without an end ', '😀', '接'), { maxLength: 400 });
    const turnOf = fc.record({
      question: text.map((parts) => parts.join('')),
      answer: text.map((parts) => parts.join('')),
    });
    fc.assert(
      fc.property(fc.array(turnOf, { maxLength: 9 }), (history) => {
        const { turns, cutTo } = fitConversation(history);
        const length = turns.reduce((sum, { question, answer }) => sum + question.length + answer.length, 0);
        expect(length).toBeLessThanOrEqual(conversationLimits.characters);
        expect(turns.length).toBeLessThanOrEqual(conversationLimits.turns);
        if (cutTo === null) expect(turns).toEqual(history);
        else expect(turns).not.toEqual(history);
        if (history.length > 0) expect(turns.length).toBeGreaterThan(0);
        for (const { question, answer } of turns) expect((question + answer).isWellFormed()).toBe(true);
      }),
    );
  });
});
