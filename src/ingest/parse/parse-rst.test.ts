import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shownBlocks } from './fixtures/shown-blocks.ts';
import { parseRst } from './parse-rst.ts';

const source = `:Author: Ada

=======
Refunds
=======

Paid in
5 days [1]_.

When
----

.. comment

.. _target:

- card
- bank

.. code-block:: python
   :linenos:

   def a():

       pass

Like so::

    run it

.. note:: Weekends do not count.

+------+-------+
| Plan | Price |
+======+=======+
| Team | 5     |
+------+-------+

How
---

.. image:: a.png

.. [1] Since May.
`;

describe('parseRst', () => {
  it('reads headings by their underlines, lists, code, tables, notes and footnotes', () => {
    const parsed = parseRst(source, 'file');
    expect(parsed).toMatchObject({ title: 'Refunds', text: source, properties: { author: 'Ada' } });
    expect(shownBlocks(parsed)).toEqual([
      ['heading', '=======\nRefunds\n======='],
      ['paragraph', 'Paid in\n5 days [1]_.'],
      ['heading', 'When\n----'],
      ['list', '- card'],
      ['list', '- bank'],
      ['code', 'def a():\n\n       pass'],
      ['paragraph', 'Like so::'],
      ['code', 'run it'],
      ['paragraph', '.. note:: Weekends do not count.'],
      ['table', '+------+-------+\n| Plan | Price |\n+======+=======+\n| Team | 5     |\n+------+-------+'],
      ['heading', 'How\n---'],
      ['paragraph', '.. [1] Since May.'],
    ]);
    expect(parsed.blocks.filter(({ kind }) => kind === 'heading').map(({ level }) => level)).toEqual([1, 2, 2]);
  });

  it('gives ascending blocks that lie in the text, for any lines', () => {
    const line = fc.oneof(fc.constantFrom(...source.split('\n')), fc.string({ maxLength: 30 }));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const parsed = parseRst(lines.join('\n'), 'file');
        let last = 0;
        for (const { start, end } of parsed.blocks) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(parsed.text.slice(start, end)).toMatch(/^\S(?:[\s\S]*\S)?$/);
          last = end;
        }
      }),
    );
  });
});
