import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQuoteReader } from './read-quotes.ts';

function read(...pieces: string[]) {
  const reader = createQuoteReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.finish()];
}

const kept = { passage: 1, text: 'Files are "kept" in {braces}.' };
const object = JSON.stringify({ passage: 2, text: kept.text });

test.each([
  ['an object', `{"quotes": [${object}]}`],
  ['in a fence', `\`\`\`json\n{"quotes": [${object}]}\n\`\`\``],
  ['a bare list', `\n[ ${object} ]`],
  ['half a reply', `{"quotes": [${object}, {"passage": 3, "text": "Files ar`],
  ['with what is no quote', `{"quotes": [{"passage": "x"}, {"passage": 0, "text": "a"}, {}, ${object}]}`],
  ['lines', `[2] "${kept.text}"`],
  ['a line in a fence', `\`\`\`\n[2] "${kept.text}"\n\`\`\``],
])('%s', (_name, reply) => {
  expect(read(reply)).toEqual([kept]);
});

test.each(['{"quotes": []}', 'NONE', '', '[', '```json', '{"quotes": ["text"]}'])('no claim in: %j', (reply) => {
  expect(read(reply)).toEqual([]);
});

test('a reply gives the same claims wherever it is cut, as soon as they are whole', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ passage: fc.integer({ min: 1, max: 99 }), text: fc.string({ unit: 'grapheme', minLength: 1 }) }),
      ),
      fc.array(fc.nat(), { maxLength: 9 }),
      (quotes, cuts) => {
        const wanted = quotes
          .map(({ passage, text }) => ({ passage: passage - 1, text: text.trim() }))
          .filter(({ text }) => text !== '');
        const reply = JSON.stringify({ quotes }, null, 1);
        const places = [0, ...cuts.map((cut) => cut % reply.length).sort((one, other) => one - other), reply.length];
        const reader = createQuoteReader();
        const pieces = places.slice(1).map((end, index) => reply.slice(places[index], end));
        expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(wanted);
        expect(reader.finish()).toEqual([]);
      },
    ),
  );
});

test('an object that never ends is not kept', () => {
  const reader = createQuoteReader();
  reader.push('{"quotes": [{"passage": 1, "text": "');
  for (let piece = 0; piece < 100; piece += 1) expect(reader.push('x'.repeat(10_000))).toEqual([]);
  expect(reader.push(`"}, ${object}`)).toEqual([kept]);
});
