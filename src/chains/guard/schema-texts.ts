import { fieldsOf, type ObjectSchema } from '../../domain/object-schema.ts';
import { describedBy } from '../fields/stated-values.ts';

/** What its asker says in a schema: names of fields as words, titles, descriptions and options. */
export function textsOfSchema(schema: ObjectSchema | undefined): string[] {
  if (!schema) return [];
  const ofFields = fieldsOf(schema).flatMap((field) => [describedBy(field), ...(optionsOf(field) ?? [])]);
  return [schema.title ?? '', schema.description ?? '', ...ofFields].filter((text) => text !== '');
}

/** The schema with its titles, descriptions and options changed; names of fields stay, the object has them. */
export function changeTexts(schema: ObjectSchema, change: (text: string) => string): ObjectSchema {
  const changeOf = <T extends Described>(described: T): T => {
    const { title, description } = described;
    const options = optionsOf(described);
    return {
      ...described,
      ...(title === undefined ? {} : { title: change(title) }),
      ...(description === undefined ? {} : { description: change(description) }),
      ...(options === undefined ? {} : { enum: options.map(change) }),
    };
  };
  const properties = Object.entries(schema.properties).map(([name, field]) => [name, changeOf(field)] as const);
  return { ...changeOf(schema), properties: Object.fromEntries(properties) };
}

interface Described {
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly enum?: readonly string[] | undefined;
}

function optionsOf(described: Described): readonly string[] | undefined {
  return described.enum;
}
