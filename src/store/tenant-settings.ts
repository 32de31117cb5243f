import type { TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { TenantSettings, TenantSettingsChange } from '../domain/tenant-settings.ts';

export interface TenantSettingsStore {
  read(tenant: TenantId): Promise<TenantSettings>;
  /** Writes what differs, and who changed it from what to what; resolves to the settings as they are then. */
  change(principal: Principal, change: TenantSettingsChange): Promise<TenantSettings>;
}
