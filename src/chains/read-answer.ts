import { type CitedSentence, createCitedSentenceReader, readCited } from './read-cited-sentences.ts';

export type UnitKind = 'sentence' | 'item' | 'row' | 'code';

/** A piece of an answer that is released or withheld as a whole: a sentence, a list item, a table row, a listing. */
export interface AnswerUnit extends CitedSentence {
  readonly kind: UnitKind;
  /** Of a row: the lines above the first row of its table; empty without. */
  readonly header?: string;
}

export interface AnswerReader {
  /** Units that are complete after this piece of the reply. */
  push(text: string): AnswerUnit[];
  finish(): AnswerUnit[];
}

interface Block {
  readonly kind: 'item' | 'row' | 'code';
  readonly lines: readonly string[];
  readonly header: string;
  /** Of the sentence that leads to it. */
  readonly leadCitations: readonly number[];
}

const fence = /^\s*(?:`{3,}|~{3,})/;
const item = /^\s*(?:[-*+•]|\d{1,3}[.)])\s+\S/;
const row = /^\s*\|/;
const rule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const continuation = /^\s{2,}\S/;
const onlyMarks = /^\s*(?:[[【]\s*\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\s*[\]】]\s*)+\.?\s*$/;
/** What may still become the beginning of a list item, a table, a fence, or marks on a line of their own. */
const undecided = /^\s*(?:[-*+•]|\d{1,3}[.)]?|`{1,2}|~{1,2}|(?:[[【][\d\s,;–-]*[\]】]?\s*)+\.?)?\s*$/;
const longestLine = 8000;
const mostLines = 200;

/**
 * Cuts a streamed Markdown answer into units with their citations. Sentences come as soon as the next one begins; a list item with its
 * indented lines, a row or a listing when what follows shows that it is over. A listing is cited by marks on the line behind it, or by the
 * sentence that leads to it; nothing inside counts as a mark.
 */
export function createAnswerReader(): AnswerReader {
  const sentences = createCitedSentenceReader();
  let line = '';
  let isInText = false;
  let block: Block | null = null;

  const asSentences = (found: readonly CitedSentence[]) =>
    found.map((sentence): AnswerUnit => ({ ...sentence, kind: 'sentence' }));
  const replaceBlock = (next: Block | null): AnswerUnit[] => {
    const units = block ? toUnits(block) : [];
    block = next;
    return units;
  };
  const takeLine = (text: string): AnswerUnit[] => {
    const grown = block && grow(block, text);
    if (grown) {
      block = grown;
      return [];
    }
    const kind = kindOf(text);
    if (kind === null) return [...replaceBlock(null), ...asSentences(sentences.push(`${text}\n`))];
    const before = asSentences(sentences.finish());
    const header = kind === 'row' && block?.kind === 'row' ? block.header : '';
    const next = { kind, lines: [text], header, leadCitations: before.at(-1)?.citations ?? [] };
    return [...before, ...replaceBlock(next)];
  };
  const takePart = (part: string, isWhole: boolean): AnswerUnit[] => {
    if (isInText) {
      isInText = !isWhole;
      return asSentences(sentences.push(isWhole ? `${part}\n` : part));
    }
    line = (line + part).slice(0, longestLine);
    const mayGoOn = kindOf(line) !== null || undecided.test(line) || (block !== null && grow(block, line) !== null);
    if (!isWhole && mayGoOn) return [];
    const text = line;
    line = '';
    if (isWhole) return takeLine(text);
    isInText = true;
    return [...replaceBlock(null), ...asSentences(sentences.push(text))];
  };
  return {
    push(text) {
      const parts = text.split('\n');
      return parts.flatMap((part, index) => takePart(part, index < parts.length - 1));
    },
    finish() {
      const rest = line === '' ? [] : takePart('', true);
      return [...rest, ...replaceBlock(null), ...asSentences(sentences.finish())];
    },
  };
}

function kindOf(line: string): Block['kind'] | null {
  if (fence.test(line)) return 'code';
  if (row.test(line)) return 'row';
  return item.test(line) ? 'item' : null;
}

/** The block with a line that belongs to it; null when the line does not. */
function grow(block: Block, line: string): Block | null {
  const { kind, lines } = block;
  if (lines.length >= mostLines) return null;
  const grown = { ...block, lines: [...lines, line] };
  if (kind === 'code' && (!isClosed(lines) || line.trim() === '')) return grown;
  if (onlyMarks.test(line)) return grown;
  if (kind === 'item') return continuation.test(line) && kindOf(line) === null ? grown : null;
  const isHeader = kind === 'row' && block.header === '' && lines.length === 1 && rule.test(line);
  return isHeader ? { ...block, lines: [], header: `${readCited(lines[0] ?? '').text}\n${line.trim()}` } : null;
}

function isClosed(lines: readonly string[]): boolean {
  return lines.slice(1).some((line) => fence.test(line));
}

function toUnits({ kind, lines, header, leadCitations }: Block): AnswerUnit[] {
  if (kind === 'code') {
    const end = lines.findIndex((line, index) => index > 0 && fence.test(line));
    const body = end < 0 ? lines.slice(1) : lines.slice(1, end);
    if (!/[\p{L}\p{N}]/u.test(body.join(''))) return [];
    const marks = end < 0 ? [] : readCited(lines.slice(end + 1).join(' ')).citations;
    const opening = lines[0]?.trim() ?? '';
    const text = [opening, ...body, opening.replace(/[^`~].*$/, '')].join('\n');
    return [{ kind, text, citations: marks.length > 0 ? marks : leadCitations, isLine: true }];
  }
  const { text, citations } = readCited(lines.map((line) => line.trim()).join(' '));
  if (!/[\p{L}\p{N}]/u.test(text.replace(/^\d{1,3}[.)]/, ''))) return [];
  return [{ kind, text, citations, isLine: true, ...(kind === 'row' ? { header } : {}) }];
}
