import { Parser } from 'htmlparser2';
import { AppError } from '../../../domain/errors.ts';

/** An object of a dump: its own values by name, and the ids of other objects that it names. */
export interface HibernateObject {
  readonly className: string;
  readonly id: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly references: Readonly<Record<string, string>>;
}

interface Building {
  readonly className: string;
  id: string;
  readonly texts: Record<string, string>;
  readonly references: Record<string, string>;
}

/**
 * The objects of these classes in a dump of Hibernate, in its order, read as the file is; nothing but them is in memory. Entities that the
 * file declares are not known. Throws FILE_CORRUPT when it ends before its root does.
 */
export async function* readHibernate(
  parts: AsyncIterable<Uint8Array>,
  wanted: ReadonlySet<string>,
  name: string,
): AsyncGenerator<HibernateObject> {
  const ready: HibernateObject[] = [];
  const path: string[] = [];
  let building: Building | null = null;
  let property: string | null = null;
  let isReference = false;
  let isWhole = false;
  let text = '';

  function close(element: string, isImplied: boolean): void {
    path.pop();
    const parent = path.at(-1);
    // At the end of what it reads the parser closes what is open.
    if (element === 'hibernate-generic' && !isImplied) isWhole = true;
    if (!building) return;
    if (element === 'object') {
      ready.push(building);
      building = null;
    } else if (element === 'id' && parent === 'object') building.id = text.trim();
    else if (element === 'id' && parent === 'property' && property) building.references[property] = text.trim();
    else if (element === 'property') {
      // A page keeps `]]>` apart, because it would end the text.
      if (property && !isReference) building.texts[property] = text.replaceAll(']] >', ']]>');
      property = null;
    }
  }

  const parser = new Parser(
    {
      onopentag(element, attributes) {
        path.push(element);
        text = '';
        const className = attributes.class ?? '';
        if (element === 'object')
          building = wanted.has(className) ? { className, id: '', texts: {}, references: {} } : null;
        if (element !== 'property') return;
        property = attributes.name ?? null;
        isReference = attributes.class !== undefined;
      },
      ontext(part) {
        if (building) text += part;
      },
      onclosetag: close,
    },
    { xmlMode: true },
  );
  const decoder = new TextDecoder();
  for await (const part of parts) {
    parser.write(decoder.decode(part, { stream: true }));
    yield* ready.splice(0);
  }
  parser.end();
  yield* ready.splice(0);
  if (!isWhole) throw new AppError('FILE_CORRUPT', `${name} ends in the middle, or is no export of Confluence.`);
}
