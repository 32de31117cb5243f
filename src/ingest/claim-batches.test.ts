import { describe, expect, it } from 'vitest';
import { sampleDocument } from '../../test/sample-documents.ts';
import { AppError } from '../domain/errors.ts';
import { newId } from '../domain/ids.ts';
import type { QueuedVersion } from '../store/documents.ts';
import { createClaims } from './claim-batches.ts';

const batchSize = 3;

/** A queue of versions that were claimed so often each, and what was given back to it. */
function queueOf(...attempts: number[]) {
  const waiting = attempts.map(queuedVersion);
  const returned: QueuedVersion[] = [];
  const faults: AppError[] = [];
  /** Claimed by a call whose answer did not arrive. */
  const lost: QueuedVersion[] = [];
  const documents = {
    claim: async (limit: number) => {
      const fault = faults.shift();
      if (fault) throw fault;
      return waiting.splice(0, limit);
    },
    returnClaims: async (versions: readonly QueuedVersion[]) => {
      const fault = faults.shift();
      if (fault) throw fault;
      returned.push(...versions);
    },
    releaseClaims: async () => {
      waiting.push(...lost.splice(0));
    },
  };
  return { claims: createClaims({ documents, batchSize, leaseSeconds: 60 }), waiting, returned, faults, lost };
}

describe('claims of a worker', () => {
  it('give what was claimed ahead, then the rest of the queue', async () => {
    const { claims, waiting } = queueOf(1, 1, 1, 1);
    const all = [...waiting];
    claims.begin();
    claims.begin();
    expect(await claims.next()).toEqual(all.slice(0, 3));
    expect(await claims.next()).toEqual(all.slice(3));
    expect(await claims.next()).toEqual([]);
  });

  it('give back what was claimed ahead together with what was being read', async () => {
    const { claims, returned, waiting } = queueOf(1, 1, 1, 1, 1);
    const all = [...waiting];
    const read = await claims.next();
    claims.begin();
    await claims.giveBack(read);
    expect(returned).toEqual(all);
    expect(await claims.next()).toEqual([]);
  });

  it('throw the fault of a claim ahead once, when its batch is wanted', async () => {
    const { claims, faults } = queueOf(1);
    faults.push(new AppError('DATABASE_UNAVAILABLE', 'Away.'));
    claims.begin();
    await expect(claims.next()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(await claims.next()).toHaveLength(1);
  });

  it('give nothing back of a claim ahead that failed, and do not throw its fault', async () => {
    const { claims, faults, returned } = queueOf(1);
    faults.push(new AppError('DATABASE_UNAVAILABLE', 'Away.'));
    claims.begin();
    await claims.giveBack([]);
    expect(returned).toEqual([]);
  });

  it('give back before the next batch what a database that was away did not take back', async () => {
    const { claims, faults, returned, waiting } = queueOf(1, 1, 1, 1);
    const all = [...waiting];
    const read = await claims.next();
    const away = () => new AppError('DATABASE_UNAVAILABLE', 'Away.');
    faults.push(away(), away());
    await claims.giveBack(read);
    await expect(claims.next()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    expect(returned).toEqual([]);
    expect(await claims.next()).toEqual(all.slice(3));
    expect(returned).toEqual(read);
    expect(await claims.next()).toEqual([]);
    expect(returned).toEqual(read);
  });

  it('free what was claimed by a call whose answer was lost', async () => {
    const { claims, lost, waiting } = queueOf(1);
    lost.push(...waiting.splice(0));
    await claims.giveBack([]);
    expect(await claims.next()).toHaveLength(1);
  });

  it('leave a file alone that may have ended the process', async () => {
    const { claims, returned, waiting } = queueOf(1, 3, 1);
    const [one, suspect, other] = waiting;
    expect(await claims.next()).toEqual([suspect]);
    expect(returned).toEqual([one, other]);
  });
});

function queuedVersion(attempts: number): QueuedVersion {
  const [tenantId, jobId, documentId] = [newId('tenant'), newId('job'), newId('document')] as const;
  return { tenantId, jobId, documentId, version: 1, attempts, document: sampleDocument('a', 'one') };
}
