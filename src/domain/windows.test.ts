import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWindows } from './windows.ts';

const textsOf = (text: string) => splitWindows(text).map(({ start, end }) => text.slice(start, end));
const sentence = (words: number, name: string) => `${name} ${'word '.repeat(words - 2)}end.`;

describe('splitWindows', () => {
  it('fills windows with whole sentences', () => {
    const [one, two, three] = [sentence(25, 'One'), sentence(30, 'Two'), sentence(40, 'Three')];
    expect(textsOf(`${one} ${two} ${three}`)).toEqual([`${one} ${two}`, three]);
  });

  it('gives a short text as one window, an empty one none', () => {
    expect(textsOf('Refunds take ten days. Ask support.')).toEqual(['Refunds take ten days. Ask support.']);
    expect(textsOf(' \n')).toEqual([]);
  });

  it('adds a last sentence that says little alone to the window before', () => {
    const text = `${sentence(58, 'One')} ${sentence(5, 'Two')}`;
    expect(textsOf(text)).toEqual([text]);
  });

  it('cuts what has no sentences, also without spaces', () => {
    expect(textsOf('word '.repeat(150)).map((window) => window.split(' ').length)).toEqual([60, 60, 30]);
    expect(textsOf('字'.repeat(300)).map(({ length }) => length)).toEqual([120, 120, 60]);
  });

  it('holds every visible character, in order and once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('word', 'End.', '\n\n', '- item', '字字字。', '| a | b |'), { maxLength: 300 }),
        (parts) => {
          const text = parts.join(' ');
          expect(textsOf(text).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
        },
      ),
    );
  });
});
