import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { AnswerEvent } from '../src/domain/answer.ts';

export const eventSchemaFile = resolve(import.meta.dirname, '../docs/answer-event.schema.json');

/** The union of answer events as JSON Schema (draft 2020-12); readers take fields that it does not name, so that some can be added. */
export function eventSchema(): string {
  const schema = { title: 'AnswerEvent', ...z.toJSONSchema(AnswerEvent, { io: 'input' }) };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) {
  writeFileSync(eventSchemaFile, eventSchema());
  console.log('docs/answer-event.schema.json');
}
