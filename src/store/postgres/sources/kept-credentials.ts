import type { SourceId, TenantId } from '../../../domain/ids.ts';
import type { SourceCredentials } from '../../../domain/source-settings.ts';
import type { Secrets } from '../../secrets.ts';
import type { Sql } from '../../sql.ts';
import { encodeJson } from '../sql-values.ts';

/** What the column `credentials` holds; rows of earlier versions hold the credentials themselves until they are sealed. */
export type KeptCredentials = { readonly sealed: string } | SourceCredentials;

interface Place {
  readonly tenant: TenantId;
  readonly id: SourceId;
}

/** A row that is copied to another source opens nothing there. */
const placeOf = ({ tenant, id }: Place) => `sources/${tenant}/${id}`;

/** The value of the column. */
export function sealCredentials(secrets: Secrets, place: Place, credentials: SourceCredentials | null): string | null {
  if (credentials === null) return null;
  return encodeJson({ sealed: secrets.seal(JSON.stringify(credentials), placeOf(place)) });
}

/** Throws CONFIGURATION_INVALID when no key of this process opens them. */
export function openCredentials(
  secrets: Secrets,
  place: Place,
  kept: KeptCredentials | null,
): SourceCredentials | null {
  if (kept === null || !('sealed' in kept)) return kept;
  return JSON.parse(secrets.open(kept.sealed, placeOf(place))) as SourceCredentials;
}

/** Runs as the operator: seals what lies readable, or under an earlier key. Resolves to how many rows were sealed, and how many no key opens. */
export async function sealAll(sql: Sql, secrets: Secrets): Promise<{ sealed: number; unopened: number }> {
  const rows = await sql.query<Place & { kept: KeptCredentials }>(
    'select tenant_id as tenant, id, credentials as kept from sources where credentials is not null order by tenant_id, id for update',
    [],
  );
  let sealed = 0;
  let unopened = 0;
  for (const { kept, ...place } of rows) {
    if ('sealed' in kept && secrets.isCurrent(kept.sealed)) continue;
    const credentials = tryOpen(secrets, place, kept);
    if (credentials === null) unopened += 1;
    else {
      await sql.query('update sources set credentials = $3 where tenant_id = $1 and id = $2', [
        ...[place.tenant, place.id, sealCredentials(secrets, place, credentials)],
      ]);
      sealed += 1;
    }
  }
  return { sealed, unopened };
}

function tryOpen(secrets: Secrets, place: Place, kept: KeptCredentials): SourceCredentials | null {
  try {
    return openCredentials(secrets, place, kept);
  } catch {
    return null;
  }
}
