import { describe, expect, it } from 'vitest';
import { parseHtml } from './parse-html.ts';

const page = (body: string, head = '') =>
  `<!doctype html><html lang="de-CH"><head>${head}</head><body>${body}</body></html>`;
const textOf = (body: string) => parseHtml(page(body), 'file').text;

describe('parseHtml', () => {
  it('gives headings, paragraphs, lists, tables and code as blocks', () => {
    const body =
      '<h1>Plans &amp; limits</h1><p>One <b>bold</b>\n <a href="/x">link</a>.<br>Next line.</p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul><ol start="3"><li>third</li></ol>' +
      '<table><thead><tr><th>Plan</th><th>Price</th></tr></thead><tr><td>Team</td><td><p>5</p><p>EUR</p></td></tr></table><pre>let a;\n  run</pre><blockquote>said</blockquote>';
    const { text, blocks } = parseHtml(page(body), 'file');
    expect(blocks.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
      ['heading', 'Plans & limits'],
      ['paragraph', 'One bold link.\nNext line.'],
      ['list', '- a'],
      ['list', '- b'],
      ['list', '- c'],
      ['list', '3. third'],
      ['table', 'Plan | Price\nTeam | 5 EUR'],
      ['code', 'let a;\n  run'],
      ['quote', 'said'],
    ]);
  });

  it('keeps where links to other pages lead', () => {
    const links =
      '<p>See <a href="https://example.com/terms?a=1&amp;b=2">the <b>terms</b></a>, <a href="#top">above</a>, <a href="javascript:x()">run</a>, <a href="https://example.com/">https://example.com/</a> or <a href="mailto:ada@example.com">write</a>.</p><a href="https://example.com/card"><h2>Card</h2><p>Body</p></a>';
    expect(textOf(links)).toBe(
      'See [the terms](https://example.com/terms?a=1&b=2), above, run, https://example.com/ or [write](mailto:ada@example.com).\n\nCard\n\nBody',
    );
  });

  it('leaves out what is no text of the page', () => {
    const body =
      '<nav>Menu</nav><header><nav>Top</nav></header><p>Shown<script>hidden()</script></p><style>p{}</style><div hidden>h1</div><div style="display:none">h2</div><span aria-hidden="true">#</span><aside>Ads</aside><button>Press</button><!-- comment --><footer>Foot</footer>';
    expect(textOf(body)).toBe('Shown');
  });

  it('reads layout tables as text and the rows of figures in them', () => {
    expect(
      textOf(
        '<table><tr><td><p>Left</p></td></tr><tr><td><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>',
      ),
    ).toBe('Left\n\na | b');
  });

  it('keeps the article and drops the menus around it, whatever they are made of', () => {
    const sentence = 'A refund is paid within five working days to the card that was charged. ';
    const menu = `<div class="sidebar">${'<div><a href="/x">Another page of the site</a></div>'.repeat(30)}</div>`;
    const article = `<div class="content"><h1>Refunds</h1>${`<p>${sentence.repeat(4)}</p>`.repeat(5)}</div>`;
    const text = textOf(menu + article);
    expect(text).toContain(sentence.trim());
    expect(text).not.toContain('Another page');
  });

  it('keeps the whole page where the main part would lose text', () => {
    const text = textOf(`<main><p>Short.</p></main><div><p>${'Important text outside of it. '.repeat(20)}</p></div>`);
    expect(text).toContain('Important text outside');
    expect(text).toContain('Short.');
  });

  it.each([
    ['<title>Refunds | Shop</title>', '<h1>Refunds</h1>', 'Refunds'],
    ['<title>Refunds – Help Centre</title>', '<h1>Refunds (new)</h1>', 'Refunds (new)'],
    ['<title>All about refunds - Shop</title>', '<h1>Welcome</h1>', 'All about refunds - Shop'],
    ['', '<h1>Refunds</h1>', 'Refunds'],
    ['', '<svg><title>logo</title></svg><p>x</p>', 'file'],
  ])('takes the title of %s %s', (head, body, title) => {
    expect(parseHtml(page(`${body}<p>text</p>`, head), 'file')).toMatchObject({ title, language: 'de' });
  });

  it('cleans characters that entities bring in', () => {
    expect(textOf('<p>a&#0;b&#xD800;c&#173;d&nbsp;e</p>')).toBe('a\ufffdb\ufffdcd e');
  });

  it('reads fragments and unclosed elements', () => {
    expect(parseHtml('<p>one<p>two<li>three', 'file').text).toBe('one\n\ntwo\n\nthree');
  });

  it('refuses nesting that would exhaust the stack', () => {
    expect(() => parseHtml('<div>'.repeat(20_000), 'file')).toThrow(
      expect.objectContaining({ code: 'FILE_TAKES_TOO_LONG' }),
    );
  });
});
