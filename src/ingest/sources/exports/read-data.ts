import { z } from 'zod';
import { AppError } from '../../../domain/errors.ts';
import { largestData } from './export-document.ts';
import type { ExportFile } from './open-export.ts';

/** A JSON file of an export. Throws FILE_CORRUPT with its name, and with the place where it is not what the schema says. */
export async function readJsonFile<T>(file: ExportFile, schema: z.ZodType<T>): Promise<T> {
  return checked(parseJson(new TextDecoder().decode(await file.read(largestData)), file.path), schema, file.path);
}

export function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('FILE_CORRUPT', `${name} is not JSON that can be read.`, { cause: error });
  }
}

export function checked<T>(value: unknown, schema: z.ZodType<T>, name: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new AppError(
    'FILE_CORRUPT',
    `${name} is not what an export holds: ${where || 'the file'}: ${issue?.message}.`,
    {
      cause: z.prettifyError(parsed.error),
    },
  );
}
