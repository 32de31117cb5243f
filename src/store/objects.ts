/** Raw files by the SHA-256 of their bytes (64 hexadecimal digits); writing the same bytes twice costs one look. */
export interface ObjectStore {
  /** Written to a temporary name, synced, renamed: a name either holds all bytes or does not exist. Throws STORAGE_FULL. */
  put(bytes: Uint8Array): Promise<{ hash: string; size: number }>;
  /** Throws NOT_FOUND when there is none. */
  get(hash: string): Promise<Uint8Array>;
  remove(hash: string): Promise<void>;
}
