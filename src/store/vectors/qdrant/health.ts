import { AppError } from '../../../domain/errors.ts';
import type { IndexStates } from '../../index-states.ts';
import type { IndexHealth } from '../../vector-index.ts';
import type { Collections } from './collections.ts';
import type { QdrantCalls } from './qdrant-calls.ts';

interface HealthDeps {
  readonly calls: QdrantCalls;
  readonly collections: Collections;
  readonly states: Pick<IndexStates, 'lag'>;
  readonly fallbackPassages: number;
}

/** The first that was tested; older ones lack parts of the payload indexes and of the search parameters. */
const oldestVersion = [1, 18] as const;

/** What `/readyz` and `footnote doctor` say of Qdrant: its version, the live collection and how far it is behind. */
export async function describeHealth(deps: HealthDeps, signal: AbortSignal): Promise<IndexHealth> {
  const { calls, collections, states, fallbackPassages } = deps;
  try {
    const version = await calls.serverVersion(signal);
    if (isOlder(version))
      return { state: 'degraded', detail: `Qdrant ${version} is older than ${oldestVersion.join('.')}; update it.` };
    const { name } = await collections.look();
    const exists = await collections.exists(name, signal);
    if (!exists) {
      collections.forget();
      return { state: 'degraded', detail: `The collection ${name} is gone; it is built again from the database.` };
    }
    const tenants = await states.lag(name);
    const behind = tenants.reduce((sum, { passagesBehind }) => sum + passagesBehind, 0);
    const lag = behind === 0 ? 'up to date' : `${behind} passages behind, which the next search writes`;
    return { state: 'ok', detail: `Qdrant ${version}, collection ${name}, ${lag}` };
  } catch (error) {
    const reason = reasonOf(error, signal);
    if (reason === null) throw error;
    const rest =
      fallbackPassages > 0
        ? ` Tenants of up to ${fallbackPassages} passages are searched by words, in memory.`
        : ' INDEX_FALLBACK_PASSAGES is 0, so nothing is searched.';
    return { state: fallbackPassages > 0 ? 'degraded' : 'down', detail: `${reason}${rest}` };
  }
}

/** Why searches do without Qdrant; null for a fault that has nothing to do with it. */
function reasonOf(error: unknown, signal: AbortSignal): string | null {
  if (error instanceof AppError && error.code === 'INDEX_UNAVAILABLE') return error.detail;
  return signal.aborted ? 'Qdrant took too long.' : null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldestVersion[0] || (major === oldestVersion[0] && minor < oldestVersion[1]);
}
