import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../domain/errors.ts';
import { sha256 } from '../domain/sha256.ts';

/** `v1.<key>.<nonce>.<ciphertext with its tag>`: the key by the first 16 hexadecimal digits of its SHA-256, the rest base64url. */
export type SealedText = string;

/** Seals what must not lie readable in the database. */
export interface Secrets {
  /** AES-256-GCM with a new nonce; `place` says whose it is, and nothing opens it elsewhere. */
  seal(text: string, place: string): SealedText;
  /** Throws CONFIGURATION_INVALID when none of the keys opens it, or when it belongs to another place. */
  open(sealed: SealedText, place: string): string;
  /** Whether it was sealed with the key that seals now. */
  isCurrent(sealed: SealedText): boolean;
}

export const secretKeyBytes = 32;
const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** The first key seals, all open. Throws RangeError for a key that is not 32 bytes long. */
export function createSecrets(keys: readonly [Uint8Array, ...Uint8Array[]]): Secrets {
  for (const key of keys) if (key.byteLength !== secretKeyBytes) throw new RangeError('A key has 32 bytes.');
  const [sealing] = keys;
  const keyOf = new Map(keys.map((key) => [nameOf(key), key]));

  return {
    seal(text, place) {
      const nonce = randomBytes(nonceBytes);
      const encryption = createCipheriv(cipher, sealing, nonce).setAAD(Buffer.from(place));
      const body = [encryption.update(text, 'utf8'), encryption.final(), encryption.getAuthTag()];
      return ['v1', nameOf(sealing), nonce.toString('base64url'), Buffer.concat(body).toString('base64url')].join('.');
    },

    open(sealed, place) {
      const [version, name = '', nonce = '', body = ''] = sealed.split('.');
      const key = version === 'v1' ? keyOf.get(name) : undefined;
      if (!key) throw unopened('they were sealed with another key');
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decryption = createDecipheriv(cipher, key, Buffer.from(nonce, 'base64url'), { authTagLength: tagBytes })
          .setAAD(Buffer.from(place))
          .setAuthTag(bytes.subarray(-tagBytes));
        return decryption.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decryption.final('utf8');
      } catch (error) {
        throw unopened('they were changed, or belong to something else', error);
      }
    },

    isCurrent: (sealed) => sealed.startsWith(`v1.${nameOf(sealing)}.`),
  };
}

function nameOf(key: Uint8Array): string {
  return sha256(key).slice(0, 16);
}

function unopened(why: string, cause?: unknown): AppError {
  const expected = 'the key that they were sealed with, the same on every server and worker';
  return new AppError(
    'CONFIGURATION_INVALID',
    `Kept credentials cannot be opened: ${why}. Set SECRETS_KEY to the key.`,
    {
      cause,
      errors: [{ field: 'SECRETS_KEY', expected, received: 'another key' }],
    },
  );
}
