/** A service that reads files which the built-in parsers cannot, such as scans. */
export interface Partitioner {
  /**
   * The elements that it finds in a file, as JSON in Unstructured's shape. Throws FILE_CORRUPT when it cannot read the file, MODEL_REJECTED_KEY,
   * MODEL_RATE_LIMITED, MODEL_UNAVAILABLE, MODEL_BAD_RESPONSE, DEADLINE_EXCEEDED or the signal's reason.
   */
  partition(file: FileToPartition, signal: AbortSignal): Promise<Uint8Array>;
}

export interface FileToPartition {
  readonly bytes: Uint8Array;
  readonly fileName: string;
  /** As declared; an empty string when unknown. */
  readonly mediaType: string;
}
