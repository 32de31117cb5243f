import { AppError } from '../domain/errors.ts';
import { defaultTenantSettings, type TenantSettings } from '../domain/tenant-settings.ts';
import type { AuditEntry } from '../store/audit.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, nextPage, type Output } from './output.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

const path = '/v1/settings';
const lists: ReadonlySet<string> = new Set(['models', 'moderationWords', 'heldSources', 'heldDocuments']);

export async function showSettings({ client, output }: Context): Promise<void> {
  output.result(await client.get<TenantSettings>(path), describe);
}

/** Takes `name=value`; lists have commas, days by source as `wiki:30,notes:365`, `null` takes a limit away. */
export async function setSettings({ client, output }: Context, pairs: readonly string[]): Promise<void> {
  const change = Object.fromEntries(pairs.map(readPair));
  output.result(await client.patch<TenantSettings>(path, change), describe);
}

export interface AuditOptions {
  readonly action?: string;
  readonly document?: string;
  readonly limit: string;
  readonly cursor?: string;
}

export async function listAudit({ client, output }: Context, options: AuditOptions): Promise<void> {
  const { document, ...others } = options;
  const query = new URLSearchParams({ ...others, ...(document === undefined ? {} : { documentId: document }) });
  output.result(await client.get<Page<AuditEntry>>(`/v1/audit?${query}`), ({ items, nextCursor }) => {
    if (items.length === 0)
      return options.action === undefined && document === undefined ? 'Nothing was changed yet.' : 'No such entry.';
    const rows = items.map(({ at, actor, action, details }) => [at, actor, action, JSON.stringify(details)]);
    return formatTable(['at', 'who', 'what', 'details'], rows) + nextPage('settings log', { ...options }, nextCursor);
  });
}

/** Throws INVALID_REQUEST for what is no setting; whether the value fits, the server says. */
export function readPair(pair: string): [string, unknown] {
  const equals = pair.indexOf('=');
  const name = pair.slice(0, Math.max(0, equals));
  const value = pair.slice(equals + 1);
  if (!Object.hasOwn(defaultTenantSettings, name)) {
    const expected = `name=value with one of ${Object.keys(defaultTenantSettings).join(', ')}`;
    const errors = [{ field: 'name=value', expected, received: JSON.stringify(pair) }];
    throw new AppError('INVALID_REQUEST', 'There is no such setting.', { errors });
  }
  if (value === 'null') return [name, null];
  if (name === 'documentRetentionDays') return [name, readDays(value)];
  if (lists.has(name)) return [name, value === '' ? [] : value.split(',')];
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value];
}

/** What is no number goes to the server as it is, which says what it expects. */
function readDays(value: string): Record<string, unknown> {
  const parts = value === '' ? [] : value.split(',');
  return Object.fromEntries(
    parts.map((part) => {
      const colon = part.lastIndexOf(':');
      const days = part.slice(colon + 1);
      return [part.slice(0, Math.max(0, colon)), /^\d+$/.test(days) ? Number(days) : days];
    }),
  );
}

function describe(settings: TenantSettings): string {
  const rows = Object.entries(settings).map(([name, value]) => [name, format(value)]);
  return formatTable(['setting', 'value'], rows);
}

function format(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map((pair) => pair.join(':'))
    .join(', ');
}
