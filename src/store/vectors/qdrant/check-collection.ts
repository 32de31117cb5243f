import type { Schemas } from '@qdrant/js-client-rest';
import type { TenantId } from '../../../domain/ids.ts';
import type { IndexChecksum } from '../../vector-index.ts';
import type { Collection } from './collections.ts';
import { scrollIds } from './fill-collection.ts';
import type { QdrantCalls } from './qdrant-calls.ts';
import { tenantFilter } from './to-filter.ts';

/** What a collection holds of a tenant, in the form in which the rows say it: every point is read, none is assumed. */
export async function checksumOf(
  calls: QdrantCalls,
  { collection, tenant }: { collection: Collection; tenant: TenantId },
  signal?: AbortSignal,
): Promise<IndexChecksum> {
  const hasVector: Schemas['Condition'] = { has_vector: '' };
  const all = await sumIds(scrollIds(calls, { collection, filter: tenantFilter(tenant) }, signal));
  const embedded = await sumIds(scrollIds(calls, { collection, filter: tenantFilter(tenant, [hasVector]) }, signal));
  return {
    passages: all.count,
    embedded: embedded.count,
    checksum: all.checksum,
    embeddedChecksum: embedded.checksum,
  };
}

async function sumIds(pages: AsyncIterable<string[]>): Promise<{ count: number; checksum: string }> {
  let count = 0;
  let sum = 0n;
  for await (const page of pages) {
    count += page.length;
    for (const id of page) sum ^= BigInt(`0x${id.replaceAll('-', '').slice(0, 16)}`);
  }
  return { count, checksum: sum.toString(16).padStart(16, '0') };
}
