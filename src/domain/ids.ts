import { createHash, randomBytes } from 'node:crypto';

const prefixes = {
  answer: 'ans',
  conversation: 'cnv',
  curatedAnswer: 'cur',
  document: 'doc',
  job: 'job',
  key: 'key',
  passage: 'psg',
  run: 'run',
  session: 'ses',
  source: 'src',
  tenant: 'ten',
  user: 'usr',
} as const;

export type IdKind = keyof typeof prefixes;

/** An identifier that carries its kind: `Id<'document'>` is `doc_` followed by a UUID. */
export type Id<K extends IdKind> = `${(typeof prefixes)[K]}_${string}`;

export type AnswerId = Id<'answer'>;
export type ConversationId = Id<'conversation'>;
export type CuratedAnswerId = Id<'curatedAnswer'>;
export type DocumentId = Id<'document'>;
export type JobId = Id<'job'>;
export type KeyId = Id<'key'>;
export type PassageId = Id<'passage'>;
export type RunId = Id<'run'>;
export type SessionId = Id<'session'>;
export type SourceId = Id<'source'>;
export type TenantId = Id<'tenant'>;
export type UserId = Id<'user'>;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True when `value` is a well-formed identifier of that kind. */
export function isId<K extends IdKind>(kind: K, value: string): value is Id<K> {
  const prefix = `${prefixes[kind]}_`;
  return value.startsWith(prefix) && uuidPattern.test(value.slice(prefix.length));
}

/** A new identifier: UUID version 7 (RFC 9562), so that identifiers sort by the time they were made. */
export function newId<K extends IdKind>(kind: K, now: number = Date.now()): Id<K> {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  return `${prefixes[kind]}_${formatUuid(bytes, 7)}` as Id<K>;
}

/** Fixed namespace of the project's name-based UUIDs; a change would orphan every stored passage. */
const passageNamespace = Buffer.from('5c2f5d0e6f3b4d7a9b1f0c8e7a6d5b43', 'hex');

/**
 * The identifier of a passage: UUID version 5 (RFC 9562) of tenant, document, version and ordinal,
 * so that a stage that is run again writes the same rows.
 */
export function passageId(tenant: TenantId, document: DocumentId, version: number, ordinal: number): PassageId {
  const name = `${tenant}/${document}/${version}/${ordinal}`;
  const digest = createHash('sha1').update(passageNamespace).update(name).digest().subarray(0, 16);
  return `${prefixes.passage}_${formatUuid(digest, 5)}` as PassageId;
}

function formatUuid(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
