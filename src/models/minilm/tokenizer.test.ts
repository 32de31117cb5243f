import { assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTokenCounter, createTokenEncoder } from './tokenizer.ts';

describe('createTokenCounter', () => {
  const count = createTokenCounter();

  it('counts word pieces without special tokens', () => {
    expect(count('Hello, world!')).toBe(4);
    expect(count('getUserById')).toBe(4);
    expect(count(' \n\t ')).toBe(0);
  });

  it('adds up over white space, remembered or not', () => {
    const first = 'Refunds are paid\tin 10 days';
    const second = 'by supercalifragilisticexpialidocious bank\ntransfer.';
    expect(count(`${first} ${second}`)).toBe(count(first) + count(second));
    expect(count(first)).toBe(count(first));
  });

  it('counts what the tokeniser makes of the whole text', () => {
    const whole = createTokenEncoder(10_000);
    const piece = oneof(
      string({ unit: 'grapheme' }),
      constantFrom('a_b-c', 'C:\\Users', 'v2.3.1', 'über', '日本', '|---|', '--'),
    );
    const text = oneof(string(), string({ unit: piece }));
    assert(
      property(text, (sample) => {
        expect(count(sample)).toBe(whole.encode(sample).length - 2);
      }),
    );
  });

  it('gives one token for a word that is absurdly long', () => {
    expect(count('a'.repeat(100_000))).toBe(1);
  });
});

describe('createTokenEncoder', () => {
  const encoder = createTokenEncoder(16);

  it('wraps a text in the class and separator tokens', () => {
    expect([...encoder.encode('Hello, world!')]).toEqual([101, 7592, 1010, 2088, 999, 102]);
    expect([...encoder.encode('')]).toEqual([101, 102]);
  });

  it('leaves out what does not fit', () => {
    const ids = encoder.encode('word '.repeat(1000));
    expect(ids).toHaveLength(16);
    expect(ids.at(-1)).toBe(102);
  });
});
