import { expect, it } from 'vitest';
import { metadataOf } from './metadata.ts';

it('takes from a file the declared fields whose values fit', () => {
  const declared = [
    { name: 'Author', type: 'string' },
    { name: 'pages', type: 'number' },
    { name: 'draft', type: 'boolean' },
    { name: 'created', type: 'date' },
    { name: 'days', type: 'number' },
    { name: 'missing', type: 'string' },
  ] as const;
  const properties = { author: 'Ada', pages: '12', draft: 'false', created: '2026-01-31', days: 'five', secret: 'x' };
  expect(metadataOf(properties, declared)).toEqual({
    Author: 'Ada',
    pages: 12,
    draft: false,
    created: '2026-01-31T00:00:00.000Z',
  });
});
