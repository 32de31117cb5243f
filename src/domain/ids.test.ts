import { expect, it } from 'vitest';
import { isId, newId, passageId } from './ids.ts';

it('makes identifiers that carry their kind and sort by time', () => {
  const earlier = newId('document', 1_000);
  const later = newId('document', 2_000);
  expect(isId('document', earlier)).toBe(true);
  expect(isId('job', earlier)).toBe(false);
  expect(earlier < later).toBe(true);
});

it('refuses what is no identifier', () => {
  for (const value of [
    '',
    'doc_',
    'doc_1',
    `doc_${'g'.repeat(36)}`,
    `${newId('document')} `,
    `${newId('document')}'--`,
  ])
    expect(isId('document', value)).toBe(false);
});

it('names a passage by tenant, document, version and ordinal alone', () => {
  const tenant = newId('tenant');
  const document = newId('document');
  const id = passageId(tenant, document, 1, 0);
  expect(passageId(tenant, document, 1, 0)).toBe(id);
  expect(isId('passage', id)).toBe(true);
  const others = [
    passageId(newId('tenant'), document, 1, 0),
    passageId(tenant, document, 2, 0),
    passageId(tenant, document, 1, 1),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
});
