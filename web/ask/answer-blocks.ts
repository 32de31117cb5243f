import { element } from './elements.ts';

/** A released sentence, list item, table row or listing, as it goes into the answer. */
export interface ShownSentence {
  readonly text: string;
  /** What stood before it in the answer's text: nothing, a blank, a line break or an empty line. */
  readonly separator: string;
  readonly isWeak: boolean;
  /** What follows the last word and stays on its line: the numbers of the quotes. */
  readonly tail: readonly Node[];
}

const fence = /^(`{3,}|~{3,})[^\n]*\n([\s\S]*?)\n?\1\s*$/;
const rule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** Lays out the Markdown of an answer in `container`, before `end`: paragraphs, lines of lists, tables and listings; words only ever become text. */
export function createAnswerBlocks(container: HTMLElement, end: Node) {
  let block: HTMLElement | null = null;
  const begin = <T extends HTMLElement>(next: T): T => {
    block = next;
    container.insertBefore(next, end);
    return next;
  };

  function addRow(lines: readonly string[], { isWeak, tail }: ShownSentence): void {
    const isFirst = lines.length > 2 && rule.test(lines[1] ?? '');
    const rows = block instanceof HTMLDivElement && !isFirst ? block.querySelector('tbody') : null;
    const body = rows ?? beginTable(isFirst ? cellsOf(lines[0] ?? '') : []);
    const cells = cellsOf(lines.at(-1) ?? '');
    const [first = '', ...rest] = cells;
    const quoted = element('td', { class: 'tail' }, ...tail);
    body.append(
      element(
        'tr',
        { class: isWeak ? 'sentence weak' : 'sentence' },
        element('th', { scope: 'row', class: 'words' }, ...inline(first)),
        ...rest.map((cell) => element('td', { class: 'words' }, ...inline(cell))),
        quoted,
      ),
    );
  }

  function beginTable(names: readonly string[]): HTMLTableSectionElement {
    const body = element('tbody');
    const heads = names.map((name) => element('th', { scope: 'col' }, ...inline(name)));
    const head = names.length > 0 ? [element('thead', {}, element('tr', {}, ...heads, element('td')))] : [];
    begin(element('div', { class: 'table', tabindex: '0' }, element('table', {}, ...head, body)));
    return body;
  }

  function addWords({ text, separator, isWeak, tail }: ShownSentence): void {
    const [head, lastWord] = splitLastWord(text.trim());
    const sentence = element(
      'span',
      { class: isWeak ? 'sentence weak' : 'sentence' },
      element('span', { class: 'words' }, ...inline(head)),
      // Numbers stay on the line of the last word.
      element('span', { class: 'tail' }, element('span', { class: 'words' }, ...inline(lastWord)), ...tail),
      ' ',
    );
    const isItem = /^(?:[-*+•]|\d{1,3}[.)])\s/.test(text);
    if (block instanceof HTMLParagraphElement && !separator.includes('\n')) block.append(sentence);
    else begin(element('p', isItem || separator === '\n' ? { class: 'line' } : {}, sentence));
  }

  return {
    add(sentence: ShownSentence): void {
      const listing = fence.exec(sentence.text.trim());
      const lines = sentence.text.trim().split('\n');
      if (listing) {
        const code = element('code', { class: 'words' }, listing[2] ?? '');
        const quoted = element('p', { class: 'tail' }, ...sentence.tail);
        begin(element('div', { class: 'listing sentence' }, element('pre', { tabindex: '0' }, code), quoted));
      } else if (lines.every((line) => /^\s*\|/.test(line))) addRow(lines, sentence);
      else addWords(sentence);
    },
  };
}

function cellsOf(row: string): string[] {
  return row
    .trim()
    .replace(/^\||(?<!\\)\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());
}

/** Bold words and code within a line; everything else stays as it is written. */
function inline(text: string): (Node | string)[] {
  return text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/).flatMap((part): (Node | string)[] => {
    if (/^\*\*[^*]+\*\*$/.test(part)) return [element('strong', {}, part.slice(2, -2))];
    if (/^`[^`]+`$/.test(part)) return [element('code', {}, part.slice(1, -1))];
    return part === '' ? [] : [part];
  });
}

/** Never cuts through bold words or code. */
function splitLastWord(text: string): readonly [string, string] {
  const word = /(?:^|\s)([^\s*`]{1,24})$/.exec(text)?.[1] ?? '';
  return [text.slice(0, text.length - word.length), word];
}
