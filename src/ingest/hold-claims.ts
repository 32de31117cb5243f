import { AppError } from '../domain/errors.ts';
import type { DocumentStore, VersionName } from '../store/documents.ts';

const renewMilliseconds = 2_000;

/** Claims of one batch, held while it is read. */
export interface HeldClaims {
  /** Aborted when the version is no longer wanted, or the worker stops. */
  signalOf(version: VersionName): AbortSignal;
  /** Nothing is renewed any more. */
  end(): void;
}

interface HoldOptions {
  readonly documents: Pick<DocumentStore, 'renew'>;
  readonly leaseSeconds: number;
  readonly stopping: AbortSignal;
}

/** Renews claims every two seconds, and ends the work on those that were cancelled, paused, replaced or removed meanwhile. */
export function holdClaims(
  versions: readonly VersionName[],
  { documents, leaseSeconds, stopping }: HoldOptions,
): HeldClaims {
  const held = new Map(versions.map((version) => [keyOf(version), new AbortController()]));
  let isRenewing = false;

  async function renew(): Promise<void> {
    const wanted = new Set((await documents.renew(versions, leaseSeconds)).map(keyOf));
    for (const [key, controller] of held)
      if (!wanted.has(key)) controller.abort(new AppError('CONFLICT', 'The document is no longer wanted.'));
  }

  const timer = setInterval(() => {
    if (isRenewing) return;
    isRenewing = true;
    // A database that is away is met again when the batch is published.
    renew()
      .catch(() => {})
      .finally(() => {
        isRenewing = false;
      });
  }, renewMilliseconds).unref();

  return {
    signalOf(version) {
      const own = held.get(keyOf(version));
      return own ? AbortSignal.any([own.signal, stopping]) : stopping;
    },
    end: () => clearInterval(timer),
  };
}

function keyOf({ tenantId, documentId, version }: VersionName): string {
  return `${tenantId}/${documentId}/${version}`;
}
