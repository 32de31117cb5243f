#!/usr/bin/env -S node --max-semi-space-size=8
// The sources are TypeScript that Node 24 runs as it is; on an older Node the pinned one takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

const major = Number(process.versions.node.split('.')[0]);
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const isCurrent = major >= 24;
// Room for new objects grows to 130 MB in each thread and saves no time. Threads take it from here; the main thread's is settled before
// this line, so that an evaluation, which says what memory it needs, begins anew where nobody said so.
const room = '--max-semi-space-size=8';
setFlagsFromString(room);
const beginsAnew = process.argv[2] === 'eval' && !process.execArgv.includes(room);
const node = isCurrent ? process.execPath : pinned;

if (isCurrent && !beginsAnew) {
  module.enableCompileCache();
  const { runCommandLine } = await import('../src/cli.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else if (existsSync(node)) {
  const child = spawn(node, [room, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal interrupts both: once more would end what is being brought to an end.
  const isToldByTerminal = (signal) => signal === 'SIGINT' && process.stdin.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => isToldByTerminal(signal) || child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
} else {
  console.error(
    `Footnote needs Node 24; this is ${process.version}. Run \`npm ci\` in its folder, which brings one along.`,
  );
  process.exitCode = 2;
}
