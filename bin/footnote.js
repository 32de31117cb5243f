#!/usr/bin/env node
// The sources are TypeScript that Node 24 runs as it is; on an older Node the pinned one takes over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const major = Number(process.versions.node.split('.')[0]);
const pinned = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
const isCurrent = major >= 24;
// Optimising the code of an embedded database takes half a gigabyte for a moment, which one that lives for an evaluation never earns back;
// room for new objects in each thread costs another hundred megabytes and saves no time.
const flags = process.argv[2] === 'eval' ? ['--liftoff-only', '--max-semi-space-size=8'] : [];
const node = isCurrent ? process.execPath : pinned;

if (isCurrent && (flags.length === 0 || process.execArgv.includes('--liftoff-only'))) {
  module.enableCompileCache();
  const { runCommandLine } = await import('../src/cli.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
} else if (existsSync(node)) {
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
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
