import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { AppError } from '../../domain/errors.ts';

/** Gives standard output. Throws URL_UNREACHABLE with git's last line when it fails, FILE_TOO_LARGE, or the signal's reason. */
export type RunGit = (
  words: readonly string[],
  options: { signal: AbortSignal; input?: string; maxBytes?: number },
) => Promise<Buffer>;

interface GitOptions {
  readonly folder: string;
  /** `-c` settings that may be secret: they travel in the environment, which other users cannot read. */
  readonly settings: Readonly<Record<string, string>>;
  /** `https`, `http`, `file`. */
  readonly protocol: string;
}

const mostOutput = 256 * 1024 * 1024;
const longestMilliseconds = 10 * 60_000;

/**
 * Runs git in a bare repository with nothing of this machine's: no settings of system or user, no hooks, no helpers, no prompt, no proxy,
 * one protocol, no redirects. Nothing is checked out, so that no filter, link or submodule of the repository does anything.
 */
export function createRunGit({ folder, settings, protocol }: GitOptions): RunGit {
  const fixed: Record<string, string> = {
    'core.hooksPath': '/dev/null',
    'core.fsmonitor': 'false',
    'credential.helper': '',
    'http.followRedirects': 'false',
    'http.proxy': '',
    'protocol.allow': 'never',
    [`protocol.${protocol}.allow`]: 'always',
    'submodule.recurse': 'false',
    'fetch.fsckObjects': 'true',
    'gc.auto': '0',
    'maintenance.auto': 'false',
    // A repository that another user of this machine owns is only read.
    'safe.directory': '*',
    ...settings,
  };
  const pairs = Object.entries(fixed);
  const environment: Record<string, string> = {
    ...{ PATH: '/usr/local/bin:/usr/bin:/bin', HOME: tmpdir(), LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '/bin/false', GIT_DIR: folder },
    ...{ GIT_ALLOW_PROTOCOL: protocol, GIT_LFS_SKIP_SMUDGE: '1', GIT_CONFIG_COUNT: String(pairs.length) },
  };
  pairs.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return (words, { signal, input = '', maxBytes = mostOutput }) => {
    const ending = AbortSignal.any([signal, AbortSignal.timeout(longestMilliseconds)]);
    return runChild(words, { environment, input, maxBytes, signal: ending });
  };
}

interface ChildOptions {
  readonly environment: Record<string, string>;
  readonly input: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

async function runChild(
  words: readonly string[],
  { environment, input, maxBytes, signal }: ChildOptions,
): Promise<Buffer> {
  const child = spawn('git', words, {
    env: environment,
    signal,
    stdio: ['pipe', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
  });
  const parts: Buffer[] = [];
  let size = 0;
  let complaint = '';
  child.stdout.on('data', (part: Buffer) => {
    size += part.byteLength;
    if (size <= maxBytes) parts.push(part);
    else child.kill('SIGKILL');
  });
  child.stderr.on('data', (part: Buffer) => {
    complaint = (complaint + part.toString()).slice(-2000);
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new AppError('URL_UNREACHABLE', 'The program git cannot be run on this machine.', { cause: error });
  });
  signal.throwIfAborted();
  if (size > maxBytes) throw new AppError('FILE_TOO_LARGE', `git gives more than ${maxBytes} bytes.`);
  if (code !== 0) throw refused(complaint);
  return Buffer.concat(parts);
}

/** Git's own words, without addresses that may hold a name or a password. */
function refused(complaint: string): AppError {
  const line = complaint.split('\n').findLast((one) => /^(fatal|error|remote):/.test(one)) ?? 'git failed';
  const shown = line.replace(/\/\/[^/@\s]*@/g, '//').slice(0, 300);
  return new AppError('URL_UNREACHABLE', `The repository could not be read: ${shown}`);
}
