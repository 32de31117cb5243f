import { cleanText, looksBinary } from './clean-text.ts';

/**
 * Bytes as cleaned text, or null when they are not text. A byte-order mark decides, then valid UTF-8, then UTF-16 by its zero bytes,
 * then the declared encoding, then Windows-1252.
 */
export function decodeText(bytes: Uint8Array, declaredEncoding: string | null): string | null {
  const text = decodeMarked(bytes) ?? decodeUnmarked(bytes, declaredEncoding);
  return text === null || looksBinary(text) ? null : cleanText(text);
}

/** The encoding that an HTML page names in its first 2 KiB. */
export function encodingInPage(bytes: Uint8Array): string | null {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2048));
  return /<meta\b[^>]{0,200}\bcharset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)?.[1] ?? null;
}

function decodeMarked(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0) return decodeUtf32(bytes, true);
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return decodeUtf32(bytes, false);
  if (first === 0xff && second === 0xfe) return decode(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decode(bytes, 'utf-16be');
  if (first === 0xef && second === 0xbb && third === 0xbf) return decode(bytes, 'utf-8');
  return null;
}

function decodeUnmarked(bytes: Uint8Array, declaredEncoding: string | null): string | null {
  const utf16 = guessUtf16(bytes);
  if (utf16) return decode(bytes, utf16);
  // ISO-2022-JP is all ASCII bytes, so that it passes for UTF-8.
  if (declaredEncoding?.toLowerCase() === 'iso-2022-jp') return decode(bytes, declaredEncoding);
  const utf8 = decodeStrictly(bytes);
  if (utf8 !== null) return utf8;
  return (declaredEncoding && decode(bytes, declaredEncoding)) ?? decode(bytes, 'windows-1252');
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Null when the encoding's name is not known. */
function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return null;
  }
}

/** Latin text in UTF-16 has a zero in every other byte. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const pairs = Math.min(2048, bytes.length >> 1);
  let evenZeros = 0;
  let oddZeros = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    if (bytes[2 * pair] === 0) evenZeros += 1;
    if (bytes[2 * pair + 1] === 0) oddZeros += 1;
  }
  if (pairs < 2) return null;
  if (oddZeros > pairs * 0.6 && evenZeros < pairs * 0.05) return 'utf-16le';
  if (evenZeros > pairs * 0.6 && oddZeros < pairs * 0.05) return 'utf-16be';
  return null;
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 4; at + 4 <= bytes.byteLength; at += 4) {
    const code = view.getUint32(at, isLittleEndian);
    parts.push(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
  }
  return parts.join('');
}
