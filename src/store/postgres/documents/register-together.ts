import type { JobId, TenantId } from '../../../domain/ids.ts';
import { isInBackground } from '../../background.ts';
import type { IncomingDocument, Registration } from '../../documents.ts';

export type Register = (
  tenant: TenantId,
  jobId: JobId | null,
  incoming: readonly IncomingDocument[],
) => Promise<Registration[]>;

interface Waiting {
  readonly incoming: readonly IncomingDocument[];
  readonly resolve: (registrations: Registration[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** Documents of one transaction: it holds the tenant's row, and with one connection questions wait meanwhile. */
const documentsTogether = 32;

/**
 * Documents of a folder arrive one by one, and a transaction for each costs more than its rows: what arrives for a job while one runs is
 * registered by the next one together. When that fails each call is tried alone, so that it meets no error but its own.
 */
export function registerTogether(register: Register): Register {
  const waitingOf = new Map<string, Waiting[]>();

  async function drain(key: string, tenant: TenantId, jobId: JobId): Promise<void> {
    for (let group = takeGroup(key); group; group = takeGroup(key)) {
      try {
        const registrations = await register(
          tenant,
          jobId,
          group.flatMap(({ incoming }) => incoming),
        );
        let taken = 0;
        for (const { incoming, resolve } of group) {
          resolve(registrations.slice(taken, taken + incoming.length));
          taken += incoming.length;
        }
      } catch (error) {
        for (const one of group)
          if (group.length === 1) one.reject(error);
          else await register(tenant, jobId, one.incoming).then(one.resolve, one.reject);
      }
    }
  }

  function takeGroup(key: string): Waiting[] | null {
    const waiting = waitingOf.get(key) ?? [];
    if (waiting.length > 0) return waiting.splice(0, documentsTogether);
    waitingOf.delete(key);
    return null;
  }

  return (tenant, jobId, incoming) => {
    // Without a job each call opens one of its own.
    if (jobId === null) return register(tenant, jobId, incoming);
    return new Promise((resolve, reject) => {
      const key = `${tenant} ${jobId} ${isInBackground()}`;
      const waiting = waitingOf.get(key);
      if (waiting) {
        waiting.push({ incoming, resolve, reject });
      } else {
        waitingOf.set(key, [{ incoming, resolve, reject }]);
        void drain(key, tenant, jobId);
      }
    });
  };
}
