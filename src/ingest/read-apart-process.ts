import { writeFileSync } from 'node:fs';
import type { ApartReply, ApartRequest } from './read-apart.ts';
import { createDocumentReader } from './read-document.ts';
import { packError } from './read-document-messages.ts';

// The program of a process that reads one file, and waits to be ended.
process.once('disconnect', () => process.exit());
process.once('message', async ({ file, chunkSizes }: ApartRequest) => {
  goFirstWithoutMemory();
  process.send?.(await read({ file, chunkSizes }));
});

async function read({ file, chunkSizes }: ApartRequest): Promise<ApartReply> {
  try {
    return { document: await createDocumentReader({ chunkSizes }).read(file, new AbortController().signal) };
  } catch (error) {
    return { error: packError(error) };
  }
}

/** Where memory runs out, the system is to end this process, not the one that answers. */
function goFirstWithoutMemory(): void {
  try {
    if (process.platform === 'linux') writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Some systems forbid it; the largest process goes first then, as a rule this one.
  }
}
