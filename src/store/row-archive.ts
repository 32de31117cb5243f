/** Rows of one table: `rows` is a JSON array of objects, as the database wrote it. */
export interface RowBatch {
  readonly table: string;
  readonly count: number;
  readonly rows: string;
}

/** What an archive holds, known before its first row. */
export interface ArchiveSummary {
  /** Names of the migrations that its tables have, in order. */
  readonly migrations: readonly string[];
  readonly rows: number;
  /** SHA-256 of the raw files that the rows name, each once. */
  readonly objects: readonly string[];
}

/** All rows of an installation, out of one database and into another one of either kind. */
export interface RowArchive {
  /**
   * Tells the summary, then every row as it was at one moment, parents before children. An embedded database does nothing else
   * meanwhile, so `take` waits for the disk at most.
   */
  read(begin: (summary: ArchiveSummary) => Promise<void>, take: (batch: RowBatch) => Promise<void>): Promise<void>;
  /** Throws CONFLICT when there is a tenant already, INVALID_REQUEST when the tables are not those of an archive with these migrations. */
  requireEmpty(migrations: readonly string[]): Promise<void>;
  /** Puts all rows into the empty database, or none. Throws what `requireEmpty` throws. */
  write(migrations: readonly string[], batches: AsyncIterable<RowBatch>): Promise<void>;
}
