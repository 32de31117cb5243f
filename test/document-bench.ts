import type { DocumentId, PassageId, TenantId } from '../src/domain/ids.ts';
import type { Principal } from '../src/domain/principal.ts';
import type { DocumentStore, IncomingDocument, QueuedVersion, Registration } from '../src/store/documents.ts';
import { createDocumentStore, type DocumentStoreOptions } from '../src/store/postgres/documents/document-store.ts';
import type { SqlDriver } from '../src/store/sql.ts';
import { createTestTenant } from './open-database.ts';
import { sampleDocument, samplePrepared, samplePrincipal } from './sample-documents.ts';

/** A document store over a database without other tenants, and the steps that tests of it repeat. */
export interface DocumentBench {
  readonly store: DocumentStore;
  readonly tenant: TenantId;
  readonly admin: Principal;
  register(incoming: IncomingDocument): Promise<Registration>;
  /** The only version that is queued. */
  claimOne(): Promise<QueuedVersion>;
  /** Brings a text through the queue. */
  add(externalId: string, text: string, changes?: Partial<IncomingDocument>): Promise<DocumentId>;
  idsOf(document: DocumentId): Promise<PassageId[]>;
}

export async function openDocumentBench(
  driver: SqlDriver,
  now: () => Date,
  options: DocumentStoreOptions = {},
): Promise<DocumentBench> {
  const store = createDocumentStore(driver, { now, processName: 'here', ...options });
  // The queue and the sweeper work for all tenants together.
  await driver.asOperator((sql) => sql.query('delete from tenants'));
  const tenant = await createTestTenant(driver);
  const admin = samplePrincipal(tenant);

  async function register(incoming: IncomingDocument): Promise<Registration> {
    const [registration] = await store.register(tenant, null, [incoming]);
    if (!registration) throw new Error('not registered');
    return registration;
  }

  async function claimOne(): Promise<QueuedVersion> {
    const [queued, ...others] = await store.claim(10, 60);
    if (!queued || others.length > 0) throw new Error(`${others.length + (queued ? 1 : 0)} versions were queued`);
    return queued;
  }

  return {
    store,
    tenant,
    admin,
    register,
    claimOne,
    async add(externalId, text, changes = {}) {
      const { documentId } = await register(sampleDocument(externalId, text, changes));
      await store.publish([samplePrepared(await claimOne(), text)]);
      return documentId;
    },
    idsOf: async (id) => ((await store.passages(admin, id, 100, null))?.items ?? []).map((passage) => passage.id),
  };
}
