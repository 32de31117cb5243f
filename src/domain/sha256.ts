import { createHash } from 'node:crypto';

/** In hexadecimal digits: the name of a raw file in the object store, and how a file that did not change is known again. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
