import { AppError } from '../domain/errors.ts';
import type { Reindex, TenantProof } from '../store/index-administration.ts';
import type { BuildOptions, BuiltIndex } from './reindex.ts';

type Build = (options: BuildOptions) => Promise<TenantProof[]>;

/** The one reindex that runs in this process, in the background, and what became of the last. */
export interface ReindexRun {
  last(): Reindex | null;
  /** Throws CONFLICT while another one runs; does nothing while the same one does. */
  start(index: Pick<BuiltIndex, 'collection'> & { readonly embedder: { readonly id: string } }, build: Build): void;
  stop(): Promise<void>;
}

export function createReindexRun(log: { error(fields: object, message: string): void }): ReindexRun {
  const stopping = new AbortController();
  let last: Reindex | null = null;
  let running: Promise<void> = Promise.resolve();
  return {
    last: () => last,
    start({ collection, embedder }, build) {
      if (last?.state === 'running') {
        if (last.collection === collection) return;
        throw new AppError('CONFLICT', `The collection ${last.collection} is being built; wait until it is done.`);
      }
      const started: Reindex = {
        state: 'running',
        embedder: embedder.id,
        collection,
        stage: 'writing',
        done: 0,
        total: 0,
        error: null,
        proofs: [],
      };
      last = started;
      const report: BuildOptions['report'] = (progress) => {
        last = { ...(last ?? started), ...progress };
      };
      running = build({ report, signal: stopping.signal }).then(
        (proofs) => {
          last = { ...(last ?? started), state: 'finished', error: null, proofs };
        },
        (error: unknown) => {
          if (!stopping.signal.aborted) log.error({ err: error, collection }, 'the index could not be built');
          const { code, detail } = AppError.from(error);
          last = { ...(last ?? started), state: 'failed', error: { code, detail } };
        },
      );
    },
    async stop() {
      stopping.abort(new AppError('SERVER_STOPPING', 'The server is stopping.'));
      await running;
    },
  };
}
