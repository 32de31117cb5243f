import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../domain/errors.ts';
import type { SettingsOf } from '../../domain/source-settings.ts';
import { type IsAllowedAddress, resolveGuarded } from '../load/guarded-agent.ts';
import { checkUrl } from '../load/guarded-fetch.ts';
import { hasReadableName } from '../parse/detect-format.ts';
import type { Connector, FetchedDocument, ListedDocument } from './connector.ts';
import { createRunGit, type RunGit } from './run-git.ts';
import { allowedPath } from './source-folders.ts';

interface GitOptions {
  readonly settings: SettingsOf<'git'>;
  readonly credentials: { readonly username?: string | undefined; readonly password?: string | undefined } | null;
  readonly isAllowedAddress: IsAllowedAddress;
  readonly sourceFolders: readonly string[];
  readonly cacheFolder: string;
  readonly maxFileBytes: number;
}

interface Blob {
  readonly path: string;
  readonly hash: string;
}

/** Regular files, plain or executable; links and submodules are left out. */
const fileModes = new Set(['100644', '100755']);
const noCommit = /^[0-9a-f]{40,64}$/;

/** The readable files of a branch's last commit, without its history; a later run is sent the difference between two commits. */
export async function createGitConnector(options: GitOptions, signal: AbortSignal): Promise<Connector> {
  const { settings, maxFileBytes } = options;
  const git = await openRepository(options, signal);
  const prefix = settings.folder.replace(/^\/+|\/+$/g, '');
  const blobs = new Map<string, string>();
  const isWanted = (path: string) => (prefix === '' || path.startsWith(`${prefix}/`)) && hasReadableName(path);
  let fetched: Promise<string> | null = null;
  const tip = (): Promise<string> => {
    fetched ??= fetchTip(git, settings, signal);
    return fetched;
  };

  async function load(): Promise<string> {
    const commit = await tip();
    if (blobs.size === 0)
      for (const { path, hash } of await listTree(git, commit, signal)) if (isWanted(path)) blobs.set(path, hash);
    return commit;
  }

  return {
    async *list() {
      const commit = await load();
      for (const [path, hash] of blobs) yield { externalId: path, fingerprint: hash };
      return { complete: true, reason: null, cursor: commit };
    },

    async fetch(externalId, stopped) {
      await load();
      const hash = blobs.get(externalId);
      if (hash === undefined) return null;
      const bytes = await git(['cat-file', 'blob', hash], { signal: stopped, maxBytes: maxFileBytes });
      return toDocument({ path: externalId, hash }, { bytes, url: settings.url });
    },

    async changesSince(cursor, stopped) {
      const commit = await load();
      const changes = noCommit.test(cursor) ? await difference(git, cursor, commit, stopped) : null;
      if (!changes) return null;
      const changed: ListedDocument[] = [];
      const removed: string[] = [];
      for (const path of changes) {
        const hash = blobs.get(path);
        if (hash !== undefined) changed.push({ externalId: path, fingerprint: hash });
        else if (isWanted(path)) removed.push(path);
      }
      return { changed, removed, cursor: commit };
    },
    permissions: () => null,
    [Symbol.asyncDispose]: async () => {},
  };
}

/** A bare repository of this source's own, and git bound to the address that was checked. */
async function openRepository(options: GitOptions, signal: AbortSignal): Promise<RunGit> {
  const { settings, credentials, cacheFolder } = options;
  const url = new URL(settings.url);
  if (url.protocol === 'file:') await allowedPath(fileURLToPath(url), options.sourceFolders);
  const guarded = url.protocol === 'file:' ? {} : await pinned(checkUrl(settings.url), options);
  const secret = `${credentials?.username ?? 'x-access-token'}:${credentials?.password ?? ''}`;
  const opening = credentials?.password
    ? { [`http.${url.origin}/.extraHeader`]: `Authorization: Basic ${Buffer.from(secret).toString('base64')}` }
    : {};
  // The secret is part of the name: whoever cannot open the repository finds no copy of it either.
  const name = createHash('sha256')
    .update(JSON.stringify([settings.url, settings.branch, credentials]))
    .digest('hex');
  const folder = join(cacheFolder, `${name}.git`);
  await mkdir(folder, { recursive: true });
  const git = createRunGit({ folder, protocol: url.protocol.slice(0, -1), settings: { ...guarded, ...opening } });
  await git(['init', '--quiet', '--bare', '--template=', folder], { signal });
  return git;
}

/** Git connects to the address that was looked up and checked here, whatever the name means a moment later. */
async function pinned(url: URL, { isAllowedAddress }: GitOptions): Promise<Record<string, string>> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const address = await resolveGuarded(url.hostname, port, { isAllowedAddress });
  const shown = address.includes(':') ? `[${address}]` : address;
  return { 'http.curloptResolve': `${url.hostname}:${port}:${shown}` };
}

async function fetchTip(git: RunGit, { url, branch }: SettingsOf<'git'>, signal: AbortSignal): Promise<string> {
  const words = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
  await git([...words, '--', url, `+${branch ?? 'HEAD'}:refs/footnote/tip`], { signal });
  const commit = (await git(['rev-parse', 'refs/footnote/tip^{commit}'], { signal })).toString().trim();
  if (!noCommit.test(commit)) throw new AppError('URL_UNREACHABLE', 'The repository has no commit.');
  // Kept by a name of its own, so that the next run can be told the difference from it.
  await git(['update-ref', `refs/footnote/seen/${commit}`, commit], { signal });
  return commit;
}

async function listTree(git: RunGit, commit: string, signal: AbortSignal): Promise<Blob[]> {
  const output = await git(['ls-tree', '-r', '-z', '--full-tree', commit], { signal });
  return output
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, mode = '', kind, hash = '', path = ''] = /^(\d+) (\w+) ([0-9a-f]+)\t([\s\S]*)$/.exec(line) ?? [];
      return kind === 'blob' && fileModes.has(mode) ? [{ path, hash }] : [];
    });
}

/** Paths that differ; null when the older commit is not here any more. */
async function difference(git: RunGit, from: string, to: string, signal: AbortSignal): Promise<string[] | null> {
  const words = ['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to];
  const output = await git(words, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof AppError && error.code === 'URL_UNREACHABLE') return null;
    throw error;
  });
  if (output === null) return null;
  return output
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

interface BlobContent {
  readonly bytes: Uint8Array;
  readonly url: string;
}

function toDocument({ path, hash }: Blob, { bytes, url }: BlobContent): FetchedDocument {
  const uri = `${url.replace(/\.git$/, '')}#${encodeURI(path)}`;
  return {
    externalId: path,
    fingerprint: hash,
    uri,
    title: null,
    memo: null,
    bytes,
    fileName: basename(path),
    mediaType: null,
  };
}
