import { expect, it } from 'vitest';
import { fakePort } from '../../test/fake-port.ts';
import type { Client } from './client.ts';
import { filterOf } from './filter-option.ts';
import { typedMetadata } from './metadata.ts';

const types = { price: 'number', approved: 'boolean', effective: 'date', team: 'string' };
const client = fakePort<Client>('client', {
  get: async <T>() => ({ items: Object.entries(types).map(([name, type]) => ({ name, type })) }) as T,
});

it('reads what was typed as the declared types, and leaves the rest for the server to refuse', async () => {
  expect(await typedMetadata(client, { price: '1.50', approved: 'false', effective: '2026-05-01', team: '7' })).toEqual(
    {
      price: 1.5,
      approved: false,
      effective: '2026-05-01T00:00:00.000Z',
      team: '7',
    },
  );
  const wrong = { price: '', approved: 'yes', effective: 'soon', weight: '1' };
  expect(await typedMetadata(client, wrong)).toEqual(wrong);
});

it('asks the server only when there is something to read', async () => {
  expect(await typedMetadata(fakePort<Client>('client'), {})).toEqual({});
});

it('joins what the options say to one filter', () => {
  expect(filterOf({ source: [], tag: {} })).toEqual({});
  expect(filterOf({ filter: { language: 'de' }, source: [], tag: {} })).toEqual({ filter: { language: 'de' } });
  expect(filterOf({ filter: { language: 'de' }, source: ['a', 'b'], tag: { k: 'v' } })).toEqual({
    filter: { and: [{ language: 'de' }, { source: ['a', 'b'] }, { tags: { k: 'v' } }] },
  });
});
