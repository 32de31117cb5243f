import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AnswerEvent } from '../src/domain/answer.ts';
import { errorCodes } from '../src/domain/errors.ts';
import { errorPage, errorPagesFolder } from './write-error-pages.ts';
import { eventSchema, eventSchemaFile } from './write-event-schema.ts';
import { openApiFile, openApiText } from './write-openapi.ts';

describe('generated documentation', () => {
  it('has one page for each error code, as the table has it (node scripts/write-error-pages.ts)', () => {
    expect(readdirSync(errorPagesFolder).sort()).toEqual(errorCodes.map((code) => `${code}.md`).sort());
    for (const code of errorCodes)
      expect(readFileSync(join(errorPagesFolder, `${code}.md`), 'utf8')).toBe(errorPage(code));
  });

  it('has the API of the routes (node scripts/write-openapi.ts)', () => {
    expect(readFileSync(openApiFile, 'utf8')).toBe(openApiText());
  });

  it('has the schema of the events (node scripts/write-event-schema.ts)', () => {
    expect(readFileSync(eventSchemaFile, 'utf8')).toBe(eventSchema());
    const names = AnswerEvent.options.map((option) => option.shape.type.value);
    const { oneOf } = z
      .object({ oneOf: z.array(z.object({ properties: z.object({ type: z.object({ const: z.string() }) }) })) })
      .parse(JSON.parse(eventSchema()));
    expect(oneOf.map(({ properties }) => properties.type.const)).toEqual(names);
  });
});
