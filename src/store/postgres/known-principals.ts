import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/principal.ts';
import { sha256 } from '../../domain/sha256.ts';

type CredentialKind = 'key' | 'session';

/** Half of the second within which a credential that was revoked in another process must be worth nothing. */
const milliseconds = 500;
const mostKnown = 10_000;

interface Known {
  readonly principal: Principal;
  /** When the database was asked. */
  readonly askedAt: number;
}

/**
 * Principals by the hash of their secret, for half a second from the moment at which the database was asked. A revocation in
 * this process forgets them all, before it is acknowledged; what is not known is asked for each time.
 */
export function createKnownPrincipals(now: () => Date) {
  const known = new LRUCache<string, Known>({ max: mostKnown });
  let revocations = 0;

  return {
    async find(
      kind: CredentialKind,
      secret: string,
      ask: (secret: string) => Promise<Principal | null>,
    ): Promise<Principal | null> {
      const key = `${kind} ${hashSecret(secret)}`;
      const askedAt = now().getTime();
      const found = known.get(key);
      if (found && Math.abs(askedAt - found.askedAt) < milliseconds) return found.principal;
      const before = revocations;
      const principal = await ask(secret);
      if (principal && revocations === before) known.set(key, { principal, askedAt });
      return principal;
    },
    /** Forgets them once the revocation is done, and lets none in that was asked for while it ran. */
    async forgetAfter<T>(revocation: Promise<T>): Promise<T> {
      try {
        return await revocation;
      } finally {
        revocations += 1;
        known.clear();
      }
    },
  };
}

/** Secrets are 256 random bits, so a plain hash cannot be searched; a slow one would only delay each request. */
export function hashSecret(secret: string): string {
  return sha256(secret);
}
