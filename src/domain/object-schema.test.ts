import { expect, test } from 'vitest';
import { fieldsOf, ObjectSchema } from './object-schema.ts';

const read = (properties: object, more: object = {}) => ObjectSchema.safeParse({ type: 'object', properties, ...more });

test('takes the fields of an object in order, with what a generator writes around them', () => {
  const properties = { name: { type: 'string', description: 'x' }, tags: { type: 'array', items: { type: 'string' } } };
  const more = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['name'],
    additionalProperties: false,
  };
  const schema = read(properties, more).data;
  expect(schema && fieldsOf(schema)).toEqual([
    { name: 'name', type: 'string', description: 'x' },
    { name: 'tags', type: 'array', items: { type: 'string' } },
  ]);
});

test.each<[string, object, string]>([
  ['an object inside', { a: { type: 'object', properties: {} } }, 'properties.a.type'],
  ['a list of numbers', { a: { type: 'array', items: { type: 'number' } } }, 'properties.a.items.type'],
  ['several types', { a: { type: ['string', 'null'] } }, 'properties.a.type'],
  ['a bound', { a: { type: 'number', minimum: 1 } }, 'properties.a'],
  ['options of numbers', { a: { type: 'string', enum: [1] } }, 'properties.a.enum.0'],
  ['a format of another kind', { a: { type: 'string', format: 'uuid' } }, 'properties.a.format'],
  ['a name that is none', { __proto__x: { type: 'string' } }, 'properties.__proto__x'],
  ['no fields', {}, 'properties'],
  [
    'too many fields',
    Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, { type: 'string' }])),
    'properties',
  ],
])('refuses %s by its place', (_name, properties, place) => {
  expect(read(properties).error?.issues.map(({ path }) => path.join('.'))).toContain(place);
});
