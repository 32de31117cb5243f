import { createHash } from 'node:crypto';

/** In 64 hexadecimal digits, of bytes or of a text in UTF-8. A raw file has it for a name in the object store. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
