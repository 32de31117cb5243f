import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

const testFile = `
import 'footnote/vitest';
import { expect, test } from 'vitest';

const answer = {
  text: 'Refunds take five working days.',
  sentences: [{ text: 'Refunds take five working days.', citations: [1], groundedness: 1 }],
  quotes: [{ number: 1, text: 'Refunds take five working days.', title: 'Refunds', uri: null }],
  refusal: null,
};

test('holds', () => {
  expect(answer).toBeGrounded();
  expect(answer).toCiteSource('Refunds');
  expect(answer).toQuoteVerbatim('Refunds take five working days.');
  expect(answer).not.toRefuse();
});
test('does not hold', () => {
  expect({ ...answer, sentences: [{ text: 'Refunds take nine working days.', citations: [1] }] }).toBeGrounded();
});
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-vitest-'));
  await mkdir(join(folder, 'node_modules'));
  // As `npm install ../footnote` does it.
  for (const [name, target] of [
    ['footnote', root],
    ['vitest', join(root, 'node_modules/vitest')],
  ] as const)
    await symlink(target, join(folder, 'node_modules', name));
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  await writeFile(join(folder, 'answer.test.ts'), testFile);
});
afterAll(async () => await rm(folder, { recursive: true }));

it('gives `expect` of another project’s vitest the matchers', async () => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const words = [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${join(folder, 'out.json')}`];
  const child = spawn(process.execPath, words, { cwd: folder, env: { PATH: process.env.PATH }, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  const { testResults } = JSON.parse(await readFile(join(folder, 'out.json'), 'utf8')) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
  };
  expect(testResults[0]?.assertionResults).toMatchObject([
    { title: 'holds', status: 'passed' },
    { title: 'does not hold', status: 'failed' },
  ]);
  expect(testResults[0]?.assertionResults[1]?.failureMessages[0]).toContain(
    'its best quote is [1] “Refunds take five working days.” (Refunds)',
  );
  expect(code).toBe(1);
});
