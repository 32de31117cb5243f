import type { ParsedDocument } from '../../domain/document.ts';
import { AppError } from '../../domain/errors.ts';
import { singleLine } from './clean-text.ts';
import { RtfReader } from './rtf-reader.ts';
import { encodingOfCharset, encodingOfCodePage, type RtfToken, rtfTokens } from './rtf-tokens.ts';
import { createTextBuilder } from './text-builder.ts';

/** Blocks of an RTF file: headings by their outline or style, lists, tables, links with their targets, footnotes. Throws FILE_CORRUPT when it is cut off. */
export function parseRtf(bytes: Uint8Array, file: { name: string; title: string }): ParsedDocument {
  const source = new TextDecoder('latin1').decode(bytes);
  const builder = createTextBuilder();
  const reader = new RtfReader(builder);
  const writer = createCharacterWriter((text) => reader.write(text));
  let depth = 0;
  for (const token of rtfTokens(source)) {
    if (token.type === 'byte') {
      writer.byte(token.code, reader.fontCharset());
      continue;
    }
    if (writer.takes(token)) continue;
    if (token.type === 'open') depth += 1;
    if (token.type === 'close') depth -= 1;
    reader.read(token);
    if (depth === 0 && token.type === 'close') break;
  }
  writer.flush();
  reader.finish();
  if (depth > 0) throw new AppError('FILE_CORRUPT', `${file.name} is cut off: its end is missing.`);
  const properties = reader.properties();
  const { text, blocks } = builder.build();
  const heading = blocks.find(({ kind, level }) => kind === 'heading' && level === 1);
  const headed = heading ? singleLine(text.slice(heading.start, heading.end)) : '';
  return { title: properties.title || headed || file.title, text, blocks, language: null, properties };
}

interface CharacterWriter {
  byte(code: number, charset: number | null): void;
  /** Takes the tokens that are characters or say how to read them; all text before another token is written first. */
  takes(token: RtfToken): boolean;
  flush(): void;
}

const characterWords: Readonly<Record<string, string>> = {
  emdash: '—',
  endash: '–',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  bullet: '•',
  tab: ' ',
  emspace: ' ',
  enspace: ' ',
  qmspace: ' ',
};

/** Joins bytes to characters: one character may be two bytes, and a Unicode one is followed by a substitute for old programs. */
function createCharacterWriter(write: (text: string) => void): CharacterWriter {
  let encoding = 'windows-1252';
  let pendingEncoding = encoding;
  let pending: number[] = [];
  let substitute = 1;
  let skipped = 0;
  const saved: number[] = [];
  const flush = () => {
    if (pending.length > 0) write(new TextDecoder(pendingEncoding).decode(Uint8Array.from(pending)));
    pending = [];
  };
  return {
    byte(code, charset) {
      if (skipped > 0) {
        skipped -= 1;
        return;
      }
      const asked = (charset === null ? null : encodingOfCharset(charset)) ?? encoding;
      if (asked !== pendingEncoding) flush();
      pendingEncoding = asked;
      pending.push(code);
    },
    takes(token) {
      flush();
      if (token.type === 'open') saved.push(substitute);
      if (token.type === 'close') substitute = saved.pop() ?? 1;
      if (token.type === 'open' || token.type === 'close') skipped = 0;
      if (token.type !== 'word') return false;
      const character = characterWords[token.name];
      if (token.name === 'u' && token.value !== null) {
        write(String.fromCharCode((token.value + 65536) & 0xffff));
        skipped = substitute;
      } else if (token.name === 'uc') substitute = Math.max(0, token.value ?? 1);
      else if (token.name === 'ansicpg') encoding = encodingOfCodePage(token.value ?? 1252);
      else if (character !== undefined) write(character);
      else return false;
      return true;
    },
    flush,
  };
}
