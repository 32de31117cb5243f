import pg from 'pg';
import type { SqlValue } from '../sql.ts';

type Decoder = (text: string) => unknown;

/** What travels to either database: text, or bytes for bytea. */
export type EncodedValue = string | Uint8Array | null;

/** A result as both databases send it: every value in its text form, untouched by either client library. */
export interface RawResult {
  readonly fields: readonly { readonly name: string; readonly type: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/**
 * One encoding for both databases: arrays become array literals, plain objects JSON, dates ISO 8601.
 * Text that Postgres cannot hold (null characters, lone surrogates) becomes U+FFFD, so that offsets into it stay right.
 */
export function encodeValue(value: SqlValue): EncodedValue {
  if (value === null) return null;
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return value;
  if (isArray(value)) return encodeArray(value);
  return encodeJson(value);
}

/** `Array.isArray` does not narrow readonly arrays out of a union. */
const isArray = (value: object): value is readonly SqlValue[] => Array.isArray(value);

/** With U+FFFD for what Postgres cannot hold; as long as before. */
export function storable(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}

/** A JSON parameter that may be a list, which `encodeValue` would take for an array. */
export function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  return escapedUnstorable.test(text) ? JSON.stringify(storableJson(value)) : text;
}

/** How JSON writes a null character or a lone surrogate. Few values have one, and to look into each text takes long. */
const escapedUnstorable = /\\u(?:0000|d[89a-f])/;

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(storableJson);
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [storable(key), storableJson(entry)]));
}

/** `{"a","b"}`, also for a list within a list of texts. */
export function encodeArray(values: readonly SqlValue[]): string {
  return `{${values.map(arrayElement).join(',')}}`;
}

function arrayElement(value: SqlValue): string {
  const encoded = encodeValue(value);
  if (encoded === null) return 'NULL';
  if (typeof encoded !== 'string')
    return `"\\\\x${Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength).toString('hex')}"`;
  return `"${/["\\]/.test(encoded) ? encoded.replace(/["\\]/g, '\\$&') : encoded}"`;
}

const { builtins } = pg.types;
const textArray: number = 1009;
const varcharArray = 1015;
const nameArray = 1003;
const parseArray: Decoder = pg.types.getTypeParser(textArray);

/** Types that are not listed stay text. `bigint` and `numeric` become numbers: nothing here counts beyond 2^53. */
const decoders = new Map<number, Decoder>([
  [builtins.BOOL, (text) => text === 't'],
  ...[
    builtins.INT2,
    builtins.INT4,
    builtins.INT8,
    builtins.OID,
    builtins.FLOAT4,
    builtins.FLOAT8,
    builtins.NUMERIC,
  ].map((type): [number, Decoder] => [type, Number]),
  [builtins.BYTEA, decodeBytes],
  [builtins.TIMESTAMPTZ, decodeTimestamp],
  [builtins.JSON, (text) => JSON.parse(text)],
  [builtins.JSONB, (text) => JSON.parse(text)],
  ...[textArray, varcharArray, nameArray].map((type): [number, Decoder] => [type, parseArray]),
]);

/** Rows as plain objects. `timestamptz` becomes ISO 8601 UTC with milliseconds, `bytea` a Uint8Array of its own memory. */
export function decodeRows<Row extends object>({ fields, rows }: RawResult): Row[] {
  const columns = fields.map(({ name, type }) => ({ name, decode: decoders.get(type) }));
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    columns.forEach(({ name, decode }, index) => {
      const value = values[index] ?? null;
      row[name] = value === null || decode === undefined ? value : decode(value);
    });
    return asRow<Row>(row);
  });
}

/** The caller names the columns' types; the statement beside the call is what guarantees them. */
const asRow = <Row extends object>(row: object): Row => row as Row;

/** `\x` and hexadecimal digits. Small buffers share a pool; typed-array views need memory that begins at an aligned place. */
function decodeBytes(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2);
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return bytes;
}

/** `2026-01-31 10:00:00.5+00`, with any offset that the server's time zone gives. */
function decodeTimestamp(text: string): string {
  return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
}
