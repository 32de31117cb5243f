import { hostname } from 'node:os';
import type { DocumentStore } from '../../documents.ts';
import type { SqlDriver } from '../../sql.ts';
import type { JustPublished } from './just-published.ts';
import { createPlannerStatistics } from './planner-statistics.ts';
import { publishVersions, stagePassages } from './publish-versions.ts';
import { createDocumentReads } from './read-documents.ts';
import { registerDocuments } from './register-documents.ts';
import { registerTogether } from './register-together.ts';
import { removeDocuments, sweepVersions } from './remove-documents.ts';
import { claimVersions, failVersion, markReading, releaseClaims, renewClaims, returnClaims } from './version-queue.ts';

export interface DocumentStoreOptions {
  readonly now?: () => Date;
  /** Names this process across restarts, so that it finds its own claims again; the default is the name of the machine. */
  readonly processName?: string;
  /** How long the text of an overtaken version stays readable; default one day. */
  readonly overtakenSeconds?: number;
  /** Told what was published, for the index of the same process. */
  readonly published?: Pick<JustPublished, 'note'>;
}

export function createDocumentStore(driver: SqlDriver, options: DocumentStoreOptions = {}): DocumentStore {
  const { now = () => new Date(), processName = hostname(), overtakenSeconds = 86_400, published } = options;
  const statistics = createPlannerStatistics(driver, [
    'tenants',
    'documents',
    'document_versions',
    'passages',
    'embedding_queue',
    'jobs',
    'job_items',
  ]);
  return {
    ...createDocumentReads({ driver, now }),

    register: registerTogether(async (tenant, jobId, incoming) => {
      if (incoming.length === 0) return [];
      return await driver.asTenant(tenant, (sql) => registerDocuments(sql, { tenant, jobId, incoming, now: now() }));
    }),

    claim: (limit, leaseSeconds) =>
      driver.asOperator((sql) => claimVersions(sql, { limit, leaseSeconds, processName, now: now() })),

    async renew(versions, leaseSeconds) {
      if (versions.length === 0) return [];
      return await driver.asOperator((sql) => renewClaims(sql, { versions, leaseSeconds, processName, now: now() }));
    },

    markReading: (version, isReading) =>
      driver.asOperator((sql) => markReading(sql, version, { isReading, processName })),

    async returnClaims(versions) {
      if (versions.length > 0) await driver.asOperator((sql) => returnClaims(sql, versions, processName));
    },

    releaseClaims: () => driver.asOperator((sql) => releaseClaims(sql, processName)),

    async publish(versions) {
      for (const version of versions) await stagePassages(driver, version);
      for (const [tenant, group] of Map.groupBy(versions, ({ tenantId }) => tenantId))
        await driver.asTenant(tenant, (sql) => publishVersions(sql, { tenant, versions: group, now: now() }));
      published?.note(versions);
      await statistics.added(versions.reduce((sum, { passages }) => sum + passages.length, 0));
    },

    fail: (version, failure) =>
      driver.asTenant(version.tenantId, (sql) => failVersion(sql, { version, failure, now: now() })),

    async remove(tenant, documents) {
      if (documents.length === 0) return 0;
      return await driver.asTenant(tenant, (sql) => removeDocuments(sql, { tenant, documents, now: now() }));
    },

    sweep: (limit) =>
      driver.asOperator((sql) =>
        sweepVersions(sql, { limit, now: now(), overtakenBefore: new Date(now().getTime() - overtakenSeconds * 1000) }),
      ),
  };
}
