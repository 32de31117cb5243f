import { createHash, randomBytes } from 'node:crypto';

export const sessionLifetimeSeconds = 14 * 24 * 3600;

const lifetimeMilliseconds = 24 * 3600 * 1000;

/** Links that sign a browser in once. They live in memory only, as hashes, so that a restart ends them all. */
export interface SignInLinks {
  /** The path of a new link, with 256 random bits. */
  createPath(): string;
  /** True once for a token that was given out less than 24 hours ago. */
  redeem(token: string): boolean;
}

export function createSignInLinks({ now }: { now: () => Date }): SignInLinks {
  const expiryOfHash = new Map<string, number>();
  const hash = (token: string) => createHash('sha256').update(token).digest('base64url');

  function forgetExpired(): void {
    for (const [key, expiry] of expiryOfHash) if (expiry <= now().getTime()) expiryOfHash.delete(key);
  }

  return {
    createPath() {
      forgetExpired();
      const token = randomBytes(32).toString('base64url');
      expiryOfHash.set(hash(token), now().getTime() + lifetimeMilliseconds);
      return `/sign-in?token=${token}`;
    },
    redeem(token) {
      forgetExpired();
      return expiryOfHash.delete(hash(token));
    },
  };
}
