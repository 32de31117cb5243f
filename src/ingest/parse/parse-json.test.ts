import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseJson } from './parse-json.ts';

const parse = (text: string, isLines = false) => parseJson(text, { title: 'a', isLines });

describe('parseJson', () => {
  it('parts a file that is laid out where its outermost values end, and changes nothing', () => {
    const source = '{\n  "plan": {\n    "price": 5\n  },\n  "days": [\n    1\n  ]\n}';
    const parsed = parse(source);
    expect(parsed.text).toBe(source);
    expect(shownBlocks(parsed)).toEqual([
      ['code', '{\n  "plan": {\n    "price": 5\n  },'],
      ['code', '"days": [\n    1\n  ]'],
      ['code', '}'],
    ]);
  });

  it('lays out what is on one line without touching a value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const source = JSON.stringify([value, 'x'.repeat(2000)]);
        const { text } = parse(source);
        expect(JSON.stringify(JSON.parse(text))).toBe(source);
      }),
    );
    const large = `{"n":12345678901234567890.10,"pad":"${'x'.repeat(2000)}"}`;
    expect(parse(large).text).toContain('"n": 12345678901234567890.10');
  });

  it('reads each line of JSON lines as a record, and keeps what is no JSON', () => {
    const long = JSON.stringify({ id: 1, text: 'x'.repeat(300) });
    const parsed = parse(`{"id":0}\n${long}\n\n{"id": broken`, true);
    expect(shownBlocks(parsed).map(([, text]) => text)).toEqual([
      '{"id":0}',
      `{\n  "id": 1,\n  "text": "${'x'.repeat(300)}"\n}`,
      '{"id": broken',
    ]);
  });

  it('reads a text of any length', () => {
    const long = 'x\\n'.repeat(100) + 'y'.repeat(12_000_000);
    expect(parse(`{"a":"${long}"}`).text.length).toBeGreaterThan(12_000_000);
  });

  it('reads nesting of any depth', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(parse(deep).text.replace(/\s/g, '')).toBe(deep);
  });
});
