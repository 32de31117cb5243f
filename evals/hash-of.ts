import { createHash } from 'node:crypto';

/** SHA-256 of its JSON, hexadecimal. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
