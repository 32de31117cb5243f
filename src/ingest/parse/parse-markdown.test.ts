import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headingText } from './heading-text.ts';
import { parseMarkdown, parseMdx, primaryLanguage } from './parse-markdown.ts';

const blocksOf = (source: string) => {
  const { text, blocks } = parseMarkdown(source, 'file');
  return blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)]);
};

describe('parseMarkdown', () => {
  it('keeps the source as the text, without its front matter', () => {
    const parsed = parseMarkdown(
      '---\ntitle: "Refunds: how"\nlang: en-GB\ntags:\n  - a\n---\n\n# Other\n\nText.\n',
      'file',
    );
    expect(parsed).toMatchObject({ title: 'Refunds: how', language: 'en', text: '\n# Other\n\nText.\n' });
  });

  it('reads TOML front matter, and leaves a rule at the start alone', () => {
    expect(parseMarkdown('+++\ntitle = "A"\n+++\nText.', 'file')).toMatchObject({ title: 'A', text: 'Text.' });
    expect(parseMarkdown('---\nSome text here. Not fields!\n---\nMore.', 'file').text).toContain('Some text here');
    expect(parseMarkdown('---\n---\nText.', 'file').text).toBe('Text.');
  });

  it.each([
    ['the top heading', '## Sub\n\n# **Top** `x`\n', 'Top x'],
    ['the heading that the text begins with', '## First\n\ntext', 'First'],
    ['the file', 'text\n\n## Later', 'file'],
  ])('takes the title from %s', (_from, source, title) => {
    expect(parseMarkdown(source, 'file').title).toBe(title);
  });

  it('finds the blocks with their exact ranges', () => {
    const source =
      '# One\n\npara\nline two\n\n- item a\n- item b\n\n  ```sh\n  run\n  ```\n\n1. step\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nTwo\n---\n\n    code\n';
    expect(blocksOf(source)).toEqual([
      ['heading', '# One'],
      ['paragraph', 'para\nline two'],
      ['list', '- item a'],
      ['list', '- item b'],
      ['code', '```sh\n  run\n  ```'],
      ['list', '1. step'],
      ['quote', '> quoted'],
      ['table', '| a | b |\n|---|---|\n| 1 | 2 |'],
      ['heading', 'Two\n---'],
      ['code', 'code'],
    ]);
  });

  it('leaves comments, anchors, rules and link definitions out of the blocks', () => {
    expect(blocksOf('<!-- secret -->\n\n<a id="x"></a>\n\n***\n\n[x]: https://a.example\n\n<p>shown</p>')).toEqual([
      ['paragraph', '<p>shown</p>'],
    ]);
  });

  it('gives ascending blocks inside the text for any input', () => {
    const line = fc.constantFrom(
      '# h',
      'text',
      '- a',
      '  - b',
      '> q',
      '```',
      '| a | b |',
      '|---|---|',
      '',
      '    x',
      '---',
      '<b>',
      '1. x',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 30 }), (lines) => {
        const { text, blocks } = parseMarkdown(lines.join('\n'), 'file');
        let last = 0;
        for (const { start, end } of blocks) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it('reads a megabyte of nesting and of brackets', () => {
    for (const piece of ['[', '>', '> ', '- ', '`', '|', '*', '<!--\n'])
      parseMarkdown(piece.repeat(1_000_000 / piece.length), 'f');
  });
});

describe('headingText', () => {
  it.each([
    ['## Set `max_retries` ##', 'Set max_retries'],
    ['# [Docs](https://a.example) and *more*', 'Docs and *more*'],
    ['### **Bold** {#anchor}', 'Bold'],
    ['Title\n=====', 'Title'],
    ['about\\_Arrays', 'about_Arrays'],
    ['C#', 'C#'],
    ['## A <a name="x"></a>', 'A'],
  ])('reads %j as %j', (source, text) => {
    expect(headingText(source)).toBe(text);
  });
});

it('primaryLanguage takes the first part of a language tag', () => {
  expect(['de-AT', 'en_US', 'FR', 'english', '', null].map(primaryLanguage)).toEqual([
    'de',
    'en',
    'fr',
    null,
    null,
    null,
  ]);
});

describe('front matter and footnotes', () => {
  it('gives the fields of the front matter as properties', () => {
    expect(parseMarkdown('---\nTitle: "A"\nversion: 7.4\ntags: [x, y]\n---\ntext', 'a').properties).toEqual({
      title: 'A',
      version: '7.4',
      tags: '[x, y]',
    });
  });

  it('reads a footnote that is one address, which is no definition of a link', () => {
    const { text, blocks } = parseMarkdown(
      'Said.[^1]\n\n[^1]: https://example.com\n\n[a]: https://example.com/a\n',
      'a',
    );
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['paragraph', 'Said.[^1]'],
      ['paragraph', '[^1]: https://example.com'],
    ]);
  });
});

describe('parseMdx', () => {
  it('leaves out the code around the text', () => {
    const source =
      "import A from './a'\n\nexport const b = 1\n\n# T\n\n{/* note */}\n\n<A>\n\nSaid.\n\n</A>\n\n```js\nimport C from 'c'\n```";
    const { text, blocks } = parseMdx(source, 'a');
    expect(text).toBe(source);
    expect(blocks.map(({ start, end }) => text.slice(start, end))).toEqual([
      '# T',
      'Said.',
      "```js\nimport C from 'c'\n```",
    ]);
  });
});
