/** What an RTF file is written in. `word` has its number when one stands behind it; `bytes` are characters of the current code page. */
export type RtfToken =
  | { readonly type: 'open' | 'close' }
  | { readonly type: 'word'; readonly name: string; readonly value: number | null }
  | { readonly type: 'symbol'; readonly name: string }
  | { readonly type: 'byte'; readonly code: number };

const controlWord = /([a-zA-Z]{1,32})(-?\d{1,10})? ?/y;

/** The tokens of an RTF file, whose bytes come as Latin-1. Embedded binary data is passed over. */
export function* rtfTokens(source: string): Generator<RtfToken> {
  let at = 0;
  while (at < source.length) {
    const character = source.charAt(at);
    at += 1;
    if (character === '{') yield { type: 'open' };
    else if (character === '}') yield { type: 'close' };
    else if (character !== '\\') {
      if (character !== '\r' && character !== '\n') yield { type: 'byte', code: character.charCodeAt(0) };
    } else {
      controlWord.lastIndex = at;
      const word = controlWord.exec(source);
      if (word) {
        at = controlWord.lastIndex;
        const value = word[2] === undefined ? null : Number(word[2]);
        if (word[1] === 'bin') at += Math.max(0, value ?? 0);
        else yield { type: 'word', name: word[1] ?? '', value };
      } else if (source.charAt(at) === "'") {
        const code = Number.parseInt(source.slice(at + 1, at + 3), 16);
        at += 3;
        if (!Number.isNaN(code)) yield { type: 'byte', code };
      } else {
        yield { type: 'symbol', name: source.charAt(at) };
        at += 1;
      }
    }
  }
}

const encodingsByCharset: Readonly<Record<number, string>> = {
  77: 'macintosh',
  128: 'shift_jis',
  129: 'euc-kr',
  134: 'gbk',
  136: 'big5',
  161: 'windows-1253',
  162: 'windows-1254',
  163: 'windows-1258',
  177: 'windows-1255',
  178: 'windows-1256',
  186: 'windows-1257',
  204: 'windows-1251',
  222: 'windows-874',
  238: 'windows-1250',
};

const encodingsByCodePage: Readonly<Record<number, string>> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
};

/** The encoding of a font's character set; null leaves it to the file's code page. */
export function encodingOfCharset(charset: number): string | null {
  return encodingsByCharset[charset] ?? null;
}

export function encodingOfCodePage(page: number): string {
  return encodingsByCodePage[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : 'windows-1252');
}
