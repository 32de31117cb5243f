import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '../src/domain/errors.ts';
import { isAccessEntry } from '../src/domain/principal.ts';
import {
  type Connector,
  isUnlisted,
  type KnownDocument,
  type ListedDocument,
  type ListingEnd,
} from '../src/ingest/sources/connector.ts';

/** A source of three documents that the kit may change, named `one`, `two` and `three`. */
export interface ConnectorFixture {
  /** A new connector, as each run opens one. */
  open(): Promise<Connector>;
  idOf(name: string): string;
  put(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The source does not answer, or answers with errors, until it is true again. */
  setWorking(isWorking: boolean): Promise<void>;
  close(): Promise<void>;
}

interface Listed {
  readonly documents: Map<string, ListedDocument>;
  readonly errors: AppError[];
  readonly end: ListingEnd;
}

/** What every connector must keep to; run it on your own with a fixture of its source. */
export function describeConnector(name: string, start: () => Promise<ConnectorFixture>): void {
  describe(`${name} keeps to the contract of connectors`, () => {
    let fixture: ConnectorFixture;
    const never = new AbortController().signal;
    beforeAll(async () => {
      fixture = await start();
      for (const one of ['one', 'two', 'three']) await fixture.put(one, `The first text of ${one}.`);
    });
    afterAll(async () => await fixture.close());

    async function list(known: ReadonlyMap<string, KnownDocument> = new Map()): Promise<Listed> {
      await using connector = await fixture.open();
      return await listOf(connector, known, never);
    }
    async function fetched(name: string) {
      await using connector = await fixture.open();
      return await connector.fetch(fixture.idOf(name), never);
    }

    it('lists every document once, with a fingerprint that stays while nothing changes', async () => {
      const first = await list();
      expect([...first.documents.keys()].sort()).toEqual(['one', 'two', 'three'].map(fixture.idOf).sort());
      expect([first.errors, first.end.complete]).toEqual([[], true]);
      const again = await list(await knownOf(fixture, first, never));
      expect(fingerprints(again)).toEqual(fingerprints(first));
    });

    it('fetches a document by its id, with the fingerprint that the listing gave it', async () => {
      const { documents } = await list();
      const document = await fetched('two');
      expect(document?.externalId).toBe(fixture.idOf('two'));
      expect(document?.fingerprint).toBe(documents.get(fixture.idOf('two'))?.fingerprint);
      expect(new TextDecoder().decode(document?.bytes)).toContain('The first text of two.');
      expect(document?.fileName).not.toMatch(/[/\\]|^$/);
    });

    it('says that a document it never had is gone', async () => {
      expect(await fetched('four')).toBeNull();
    });

    it('tells a change from what stayed, also when it is asked what changed', async () => {
      const before = await list();
      await fixture.put('two', 'The second text of two, which is longer.');
      const after = await list(await knownOf(fixture, before, never));
      const changed = [...after.documents].filter(
        ([id, one]) => one.fingerprint !== before.documents.get(id)?.fingerprint,
      );
      expect(changed.map(([id]) => id)).toEqual([fixture.idOf('two')]);
      expect(new TextDecoder().decode((await fetched('two'))?.bytes)).toContain('The second text');
      if (before.end.cursor === null) return;
      await using connector = await fixture.open();
      const changes = await connector.changesSince(before.end.cursor, never);
      expect(changes?.changed.map(({ externalId }) => externalId) ?? [fixture.idOf('two')]).toEqual([
        fixture.idOf('two'),
      ]);
    });

    it('a source that does not answer is neither empty nor has it lost a document', async () => {
      const { documents } = await list();
      await fixture.setWorking(false);
      try {
        const outcome = await list().catch(() => 'failed' as const);
        if (outcome !== 'failed') {
          const isKept =
            outcome.end.complete === false || [...documents.keys()].every((id) => outcome.documents.has(id));
          expect(isKept).toBe(true);
        }
        await expect(fetched('one')).rejects.toMatchObject({ name: 'AppError' });
      } finally {
        await fixture.setWorking(true);
      }
    });

    it('lists no more what was removed, and says so when it is asked for it', async () => {
      const before = await list();
      await fixture.remove('three');
      const after = await list(await knownOf(fixture, before, never));
      if (after.end.complete) expect(after.documents.has(fixture.idOf('three'))).toBe(false);
      expect(await fetched('three')).toBeNull();
      if (before.end.cursor === null) return;
      await using connector = await fixture.open();
      const changes = await connector.changesSince(before.end.cursor, never);
      expect(changes?.removed ?? [fixture.idOf('three')]).toEqual([fixture.idOf('three')]);
    });

    it('knows no cursor that it did not give out', async () => {
      await using connector = await fixture.open();
      expect(await connector.changesSince('nonsense', never)).toBeNull();
    });

    it('names readers in the way of access lists, or none', async () => {
      await using connector = await fixture.open();
      await listOf(connector, new Map(), never);
      const readers = connector.permissions(fixture.idOf('one'));
      expect(readers?.every(isAccessEntry) ?? true).toBe(true);
    });

    it('ends with the reason of its signal', async () => {
      const stopped = AbortSignal.abort(new Error('enough'));
      const listing = (async () => {
        await using connector = await fixture.open();
        await listOf(connector, new Map(), stopped);
      })();
      await listing.catch((error: unknown) => expect(String(error)).toContain('enough'));
    });
  });
}

async function listOf(
  connector: Connector,
  known: ReadonlyMap<string, KnownDocument>,
  signal: AbortSignal,
): Promise<Listed> {
  const documents = new Map<string, ListedDocument>();
  const errors: AppError[] = [];
  const listing = connector.list(known, signal);
  for (;;) {
    const step = await listing.next();
    if (step.done) return { documents, errors, end: step.value };
    if (isUnlisted(step.value)) errors.push(step.value.error);
    else if (documents.has(step.value.externalId)) throw new Error(`${step.value.externalId} is listed twice.`);
    else documents.set(step.value.externalId, step.value);
  }
}

/** What a run would have kept of a listing. */
async function knownOf(
  fixture: ConnectorFixture,
  { documents }: Listed,
  signal: AbortSignal,
): Promise<Map<string, KnownDocument>> {
  await using connector = await fixture.open();
  const known = new Map<string, KnownDocument>();
  for (const [externalId, { fingerprint, content }] of documents) {
    const memo = (content ?? (await connector.fetch(externalId, signal)))?.memo ?? null;
    known.set(externalId, { externalId, fingerprint, memo });
  }
  return known;
}

function fingerprints({ documents }: Listed): Record<string, string> {
  return Object.fromEntries([...documents].map(([id, { fingerprint }]) => [id, fingerprint]));
}
