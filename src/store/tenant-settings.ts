import type { TenantId } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { TenantSettings, TenantSettingsChange } from '../domain/tenant-settings.ts';

/** What decides an answer beside the question and its asker, as it was at one moment. */
export interface TenantState {
  readonly settings: TenantSettings;
  /** Raised by every change of the settings, and of what the tenant's answers are read from. */
  readonly generation: number;
}

export interface TenantSettingsStore {
  read(tenant: TenantId): Promise<TenantSettings>;
  /** The settings with the generation under which they stand; null where there is no such tenant. */
  readState(tenant: TenantId): Promise<TenantState | null>;
  /** As this process read it last, however long ago; null before. To be believed only where the database holds the generation against its own. */
  lastState(tenant: TenantId): TenantState | null;
  /** Writes what differs, and who changed it from what to what; resolves to the settings as they are then. */
  change(principal: Principal, change: TenantSettingsChange): Promise<TenantSettings>;
}
