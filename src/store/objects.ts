import { AppError } from '../domain/errors.ts';

/** Raw files by the SHA-256 of their bytes (64 hexadecimal digits); writing the same bytes twice costs one look. */
export interface ObjectStore {
  /** A name either holds all bytes or does not exist. Throws STORAGE_FULL or STORAGE_UNAVAILABLE. */
  put(bytes: Uint8Array): Promise<{ hash: string; size: number }>;
  /** Whether all bytes of the file are there. Throws STORAGE_UNAVAILABLE when nobody can tell. */
  has(hash: string, size: number): Promise<boolean>;
  /** Throws NOT_FOUND when there is none, STORAGE_UNAVAILABLE when nobody can tell. */
  get(hash: string): Promise<Uint8Array>;
  remove(hash: string): Promise<void>;
}

export const isObjectHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

/** `ab/abcd…`: 256 folders, by the first two digits. Throws NOT_FOUND for what is no hash. */
export function objectName(hash: string): string {
  if (!isObjectHash(hash)) throw missingObject(hash);
  return `${hash.slice(0, 2)}/${hash}`;
}

export function missingObject(hash: string, cause?: unknown): AppError {
  return new AppError('NOT_FOUND', `There is no stored file ${hash.slice(0, 64)}.`, { cause });
}
