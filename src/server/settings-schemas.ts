import { z } from '@hono/zod-openapi';
import { TenantSettings, TenantSettingsChange } from '../domain/tenant-settings.ts';

// Schemas of the domain may be older than the extension that names them; a clone has it.
export const TenantSettingsSchema = TenantSettings.clone().openapi('TenantSettings');
export const TenantSettingsChangeSchema = TenantSettingsChange.clone().openapi('TenantSettingsChange');

export const AuditEntrySchema = z
  .object({ at: z.iso.datetime(), actor: z.string(), action: z.string(), details: z.record(z.string(), z.unknown()) })
  .openapi('AuditEntry');
