import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../src/cli/client.ts';
import { documentsOf, type ListedPassage, pages, passagesOf } from '../src/cli/documents.ts';
import { loadConfig } from '../src/config.ts';
import type { Job } from '../src/domain/job.ts';
import { walkFolder } from '../src/ingest/load/walk-folder.ts';
import { hasReadableName } from '../src/ingest/parse/detect-format.ts';
import { openClient } from '../src/open-client.ts';

export interface CrashReport {
  readonly files: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  /** Documents that do not show all of their text through their passages. */
  readonly halfVisible: number;
  /** Files of all sources that were refused because the process had ended while they were read: kills are nobody's fault. */
  readonly suspected: number;
}

/** Whether a crash did no harm. */
export function isUnharmed({ lost, doubled, halfVisible, suspected }: CrashReport): boolean {
  return lost + doubled + halfVisible + suspected === 0;
}

interface CrashOptions {
  readonly folder: string;
  readonly kills: number;
  /** Longest time that a run lives. */
  readonly longestMilliseconds: number;
  readonly onKill?: (note: string) => void;
}

/** Ingests a folder in a process that is killed at random moments and started again, then lets it finish and looks at what is there. */
export async function crashIngest({ folder, kills, longestMilliseconds, onKill }: CrashOptions): Promise<CrashReport> {
  const dataDir = await mkdtemp(join(tmpdir(), 'footnote-crash-'));
  const environment = { ...process.env, DATA_DIR: dataDir, LOG_LEVEL: 'error' };
  const command = ['bin/footnote.js', 'ingest', folder, '--wait', 'lexical', '--source', 'crash'];
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const alive = Math.round(200 + Math.random() * (longestMilliseconds - 200));
      const ended = await runFor(alive, command, environment);
      onKill?.(`${kill}: ${ended ? 'ended by itself' : `killed after ${alive} ms`}`);
    }
    await runFor(null, command, environment);
    const client = await openClient(loadConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }));
    try {
      return { kills, ...(await inspect(client, folder)) };
    } finally {
      await client.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** True when the process ended before its time was over; null gives it all the time. */
function runFor(milliseconds: number | null, command: string[], environment: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { env: environment, stdio: 'ignore' });
    const timer = milliseconds === null ? null : setTimeout(() => child.kill('SIGKILL'), milliseconds);
    child.on('error', reject);
    child.on('exit', (code) => {
      if (timer) clearTimeout(timer);
      resolve(code !== null);
    });
  });
}

/** Compares what a server shows of the source `crash` with the files of the folder. */
export async function inspect(client: Client, folder: string): Promise<Omit<CrashReport, 'kills'>> {
  const expected = new Set<string>();
  for await (const entry of walkFolder(folder, { maxFileBytes: 100_000_000, accepts: hasReadableName }))
    if (entry.kind === 'file') expected.add(entry.externalId);
  const seen = new Map<string, number>();
  let halfVisible = 0;
  for await (const document of documentsOf(client, 'crash')) {
    seen.set(document.externalId, (seen.get(document.externalId) ?? 0) + 1);
    if (document.state === 'failed') continue;
    const { text } = await client.get<{ text: string }>(`/v1/documents/${document.id}/content`);
    const passages = await Array.fromAsync(passagesOf(client, document.id));
    if (document.state !== 'ready' || passages.length !== document.passages || !covers(text, passages))
      halfVisible += 1;
  }
  const lost = [...expected].filter((externalId) => !seen.has(externalId)).length;
  const doubled = [...seen.values()].filter((count) => count > 1).length;
  return { files: expected.size, lost, doubled, halfVisible, suspected: await countSuspected(client) };
}

async function countSuspected(client: Client): Promise<number> {
  let suspected = 0;
  for await (const { failures } of pages<Job>(client, '/v1/jobs', { limit: '100' }))
    suspected += failures.filter(({ code }) => code === 'FILE_SUSPICIOUS').length;
  return suspected;
}

/** Passages stand at their offsets and reach from the first to the last word of the text. */
function covers(text: string, passages: readonly ListedPassage[]): boolean {
  const first = passages[0];
  const last = passages.at(-1);
  if (!first || !last) return text.trim() === '';
  const inPlace = passages.every((passage) => text.slice(passage.start, passage.end) === passage.text);
  return inPlace && passages.every((passage, index) => index === 0 || passage.start >= (passages[index - 1]?.end ?? 0));
}
