import { AppError } from '../../domain/errors.ts';

/** An error that Postgres itself reported, with its five-character SQLSTATE. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: string;
  readonly constraint: string | null;

  constructor(message: string, details: { code: string; constraint: string | null; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.code = details.code;
    this.constraint = details.constraint;
  }
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const uniqueViolation = '23505';
const diskFull = '53100';
const queryCanceled = '57014';
const unavailable = [/^08/, /^57P0/, /^53300$/];
const credentialsRejected = [/^28/];
const databaseMissing = /^3D000$/;

/** What the user is told of an error of the database; errors of the caller's own work pass through unchanged. */
export function explainDatabaseError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const { code } = error;
  const explain = (errorCode: 'DATABASE_UNAVAILABLE' | 'STORAGE_FULL' | 'DEADLINE_EXCEEDED', detail: string) =>
    new AppError(errorCode, detail, { cause: error });
  if (code === diskFull) return explain('STORAGE_FULL', 'There is no room left on the disk of the database.');
  if (code === queryCanceled) return explain('DEADLINE_EXCEEDED', 'The database took too long for this request.');
  if (databaseMissing.test(code))
    return explain('DATABASE_UNAVAILABLE', 'The database that DATABASE_URL names does not exist on that server.');
  if (credentialsRejected.some((pattern) => pattern.test(code)))
    return explain('DATABASE_UNAVAILABLE', 'The server of DATABASE_URL rejects the user or the password.');
  if (unavailable.some((pattern) => pattern.test(code)))
    return explain('DATABASE_UNAVAILABLE', 'The database does not take requests at the moment.');
  return error;
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === uniqueViolation;
}
