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
const node = isCurrent ? process.execPath : pinned;
const words = process.argv.slice(2);
// Room for new objects grows to 130 MB in each thread and saves no time. Threads take it from here; the main thread's is settled before.
const room = '--max-semi-space-size=8';
setFlagsFromString(room);
// The C library of Linux keeps up to 64 MB of freed memory at each of several places; it reads this before the first line runs.
const environment = { MALLOC_TRIM_THRESHOLD_: '131072', ...process.env };
const isSettled = process.execArgv.includes(room) && process.env.MALLOC_TRIM_THRESHOLD_ !== undefined;
const runsLong = ['serve', 'worker', 'eval'].some((command) => words.includes(command));

if (isCurrent && (isSettled || !runsLong)) {
  module.enableCompileCache();
  const { runCommandLine } = await import('../src/cli.ts');
  process.exitCode = await runCommandLine(words);
} else if (existsSync(node)) {
  const others = isCurrent ? process.execArgv.filter((option) => option !== room) : [];
  beginAnew([...others, room, fileURLToPath(import.meta.url), ...words]);
} else {
  console.error(
    `Footnote needs Node 24; this is ${process.version}. Run \`npm ci\` in its folder, which brings one along.`,
  );
  process.exitCode = 2;
}

/** In this process where that is possible, else in one beside it. */
function beginAnew(options) {
  if (process.execve && process.platform !== 'win32') process.execve(node, [node, ...options], environment);
  const child = spawn(node, options, { stdio: 'inherit', env: environment });
  // A terminal interrupts both: once more would end what is being brought to an end.
  const isToldByTerminal = (signal) => signal === 'SIGINT' && process.stdin.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => isToldByTerminal(signal) || child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
