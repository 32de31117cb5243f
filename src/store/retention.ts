/** Follows the settings of tenants that say how long conversations and documents are kept. */
export interface RetentionStore {
  /**
   * Removes what was kept for longer than its tenant wants, at most `limit` conversations and `limit` documents of each source in each
   * tenant; resolves to how many it removed. Documents are hidden, and purged as every removal. A tenant under legal hold loses nothing.
   */
  removeExpired(limit: number): Promise<number>;
}
