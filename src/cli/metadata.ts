import type { FilterScalar } from '../domain/filter.ts';
import { readTime } from '../domain/iso-time.ts';
import type { Metadata, MetadataField } from '../domain/metadata.ts';
import type { Page } from '../store/documents.ts';
import type { Client } from './client.ts';
import { formatTable, type Output } from './output.ts';

interface Context {
  readonly client: Client;
  readonly output: Output;
}

const path = '/v1/metadata-fields';

export async function declareMetadata(
  { client, output }: Context,
  name: string,
  options: { type: string; description: string },
): Promise<void> {
  const field = await client.put<MetadataField>(`${path}/${encodeURIComponent(name)}`, options);
  output.result(field, ({ type }) => `Declared ${name} (${type}). Filters name it metadata.${name}.`);
}

export async function listMetadata({ client, output }: Context): Promise<void> {
  output.result(await client.get<Page<MetadataField>>(path), ({ items }) =>
    items.length === 0
      ? 'No fields. Declare one with: footnote metadata declare NAME --type string'
      : formatTable(
          ['name', 'type', 'description'],
          items.map(({ name, type, description }) => [name, type, description]),
        ),
  );
}

export async function removeMetadata({ client, output }: Context, name: string): Promise<void> {
  await client.delete(`${path}/${encodeURIComponent(name)}`);
  output.result({ removed: name }, () => `Removed ${name} and its values.`);
}

/** What was typed, as values of the declared types; what cannot be read stays text, and the server says what is wrong with it. */
export async function typedMetadata(client: Client, typed: Readonly<Record<string, string>>): Promise<Metadata> {
  if (Object.keys(typed).length === 0) return {};
  const { items } = await client.get<Page<MetadataField>>(path);
  const typeOf = new Map(items.map(({ name, type }) => [name, type]));
  return Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, typedValue(typeOf.get(name), value)]));
}

function typedValue(type: MetadataField['type'] | undefined, value: string): FilterScalar {
  if (type === 'number' && value.trim() !== '' && Number.isFinite(Number(value))) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  // As the server keeps it, so that an unchanged document is seen to be unchanged.
  if (type === 'date') return readTime(value)?.first ?? value;
  return value;
}
