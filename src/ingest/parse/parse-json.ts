import type { Block, ParsedDocument } from '../../domain/document.ts';
import { createTextBuilder } from './text-builder.ts';

/** A longer line cannot be cut at its ends, and nobody reads it: the file is laid out anew. */
const longestLine = 2000;

/**
 * JSON as lines of code, one block for each value inside the outermost array or object, or for each record of JSON lines.
 * Numbers and texts stay as they are written; what is no valid JSON is kept as it is.
 */
export function parseJson(text: string, file: { title: string; isLines: boolean }): ParsedDocument {
  const records = file.isLines ? text.split('\n').filter((line) => line.trim() !== '') : [text];
  const laidOut = records.map((record) =>
    needsLayout(record, file.isLines) && isJson(record) ? layOut(record) : record,
  );
  const builder = createTextBuilder();
  for (const record of laidOut) builder.add('code', record);
  const { text: whole, blocks } = builder.build();
  const parted = file.isLines ? blocks : blocks.flatMap((block) => partsOf(whole, block));
  return { title: file.title, text: whole, blocks: parted, language: null };
}

function needsLayout(record: string, isLine: boolean): boolean {
  return isLine ? record.length > 200 : record.split('\n').some((line) => line.length > longestLine);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Indents by two spaces, without reading values: large numbers would lose their last digits. Brackets deeper than 100 stay on their line. */
function layOut(json: string): string {
  const parts: string[] = [];
  let depth = 0;
  const newLine = () => (depth <= 100 ? `\n${'  '.repeat(depth)}` : ' ');
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{[]\s*[}\]]|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === '{' || token === '[') {
      depth += 1;
      parts.push(token, newLine());
    } else if (token === '}' || token === ']') {
      depth -= 1;
      parts.push(newLine(), token);
    } else if (token === ',') parts.push(token, newLine());
    else parts.push(token === ':' ? ': ' : token);
  }
  return parts.join('');
}

/** Blocks end where a line inside the outermost brackets does; indented files only, others stay whole. */
function partsOf(text: string, block: Block): Block[] {
  const lines = text.slice(block.start, block.end).split('\n');
  const indent = /^\s+/.exec(lines[1] ?? '')?.[0];
  if (lines.length < 3 || !indent) return [block];
  const parts: Block[] = [];
  let start = block.start;
  let at = block.start;
  for (const [index, line] of lines.entries()) {
    at += line.length + 1;
    const isEnd = line.startsWith(indent) && !/^\s/.test(line.slice(indent.length)) && /[,}\]]$|\S,\s*$/.test(line);
    if (!isEnd && index < lines.length - 1) continue;
    const end = Math.min(at - 1, block.end);
    const begin = start + (text.slice(start, end).length - text.slice(start, end).trimStart().length);
    if (end > begin) parts.push({ kind: 'code', start: begin, end: begin + text.slice(begin, end).trimEnd().length });
    start = at;
  }
  return parts;
}
