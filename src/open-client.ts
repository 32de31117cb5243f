import { type Client, createClient } from './cli/client.ts';
import type { Config } from './config.ts';
import { readHolder, readLocalKey } from './store/data-folder.ts';

/**
 * The way to Footnote for one command: FOOTNOTE_URL, the server that holds the folder, or this process. Only the last loads the service
 * itself, which takes longer than most commands.
 */
export async function openClient(config: Config): Promise<Client> {
  if (config.remote) return overHttp(config.remote.url, config.remote.key);
  const holder = await readHolder(config.dataDir);
  const key = await readLocalKey(config.dataDir);
  if (holder?.url && key) return overHttp(holder.url, key);
  const { openFootnote } = await import('./main.ts');
  const footnote = await openFootnote({ ...config, logLevel: quieter(config.logLevel) });
  const { app } = footnote.application;
  const send = async (path: string, init: RequestInit) => await app.request(`http://localhost${path}`, init);
  return createClient(send, footnote.localKey, footnote.close);
}

function overHttp(url: string, key: string): Client {
  return createClient(
    (path, init) => fetch(`${url}${path}`, init),
    key,
    async () => {},
  );
}

/** A command shows what it did; the log of its requests would stand between. */
function quieter(level: Config['logLevel']): Config['logLevel'] {
  return level === 'info' ? 'warn' : level;
}
