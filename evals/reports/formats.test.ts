import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import MarkdownIt from 'markdown-it';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeRunFolder } from '../../test/run-folder.ts';
import { compareRuns } from '../compare/compare-runs.ts';
import type { GateResult } from '../summary.ts';
import { readCasePlaces } from './case-places.ts';
import { githubReport } from './github.ts';
import { jsonLinesReport } from './json-lines.ts';
import { junitReport } from './junit.ts';
import { markdownReport } from './markdown.ts';
import { type Run, readRun } from './read-run.ts';
import { sarifReport } from './sarif.ts';

const hostile = '"\'</failure>]]>\u0000<img src=x onerror=alert(1)> @everyone #1 | `x` \n::error::%';
const gate = (name: string, result: Partial<GateResult>): GateResult => ({
  gate: name,
  kind: 'case',
  passed: false,
  invalid: false,
  detail: 'Found, and more.',
  cases: [],
  ...result,
});
const gates = [
  gate('min(citationF1) >= 0.6', { cases: ['case-00002', 'case-00005'] }),
  gate('recall@10 >= 0.99', { kind: 'absolute' }),
  gate('unknown >= 1', { kind: 'absolute', invalid: true }),
  gate('fabricatedQuotes == 0', { passed: true }),
];

let root: string;
let run: Run;
let hostileRun: Run;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'footnote-formats-'));
  const made = async (name: string, options: object) => {
    await writeRunFolder(join(root, name), options);
    return await readRun(join(root, name));
  };
  run = await made('run', { cases: 30, failing: 0.15, gates });
  const broken = gate(hostile, { detail: hostile, cases: [`case-00001 ${hostile}`] });
  hostileRun = await made('hostile', { cases: 6, failing: 0.3, text: hostile, gates: [broken] });
});
afterAll(() => rm(root, { recursive: true }));

const none = new Map();

describe('JUnit', () => {
  interface Test {
    readonly '@name': string;
    readonly '@time': string;
    readonly failure?: unknown;
    readonly error?: unknown;
    readonly properties?: unknown;
  }
  interface Suite {
    readonly '@tests': string;
    readonly '@failures': string;
    readonly '@errors': string;
    readonly testcase: Test | readonly Test[];
  }
  const read = (xml: string) => {
    expect(XMLValidator.validate(xml)).toBe(true);
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '@', parseAttributeValue: false });
    const { testsuites } = parser.parse(xml) as { testsuites: Omit<Suite, 'testcase'> & { testsuite: Suite[] } };
    return testsuites;
  };

  it('counts what it holds: a failure for a gate on a case, an error for an answer that failed', async () => {
    const all = read(await junitReport(run, none));
    for (const suite of all.testsuite) {
      const tests = [suite.testcase].flat() as Test[];
      expect(suite).toMatchObject({
        '@tests': String(tests.length),
        '@failures': String(tests.filter(({ failure }) => failure !== undefined).length),
        '@errors': String(tests.filter(({ error }) => error !== undefined).length),
      });
    }
    const sum = (name: '@tests' | '@failures' | '@errors') =>
      all.testsuite.reduce((total, suite) => total + Number(suite[name]), 0);
    expect([all['@tests'], all['@failures'], all['@errors']].map(Number)).toEqual([
      sum('@tests'),
      sum('@failures'),
      sum('@errors'),
    ]);
    expect(Number(all.testsuite[0]?.['@errors'])).toBe(run.summary.errors);
    const gateTests = [all.testsuite[1]?.testcase].flat() as Test[];
    expect(gateTests.map(({ failure, error }) => [failure !== undefined, error !== undefined])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, false],
    ]);
    expect(gateTests.map((test) => test['@name'])).toHaveLength(4);
    expect([all.testsuite[0]?.testcase].flat()[0]?.properties).toBeDefined();
  });

  it('stays XML, whatever a run says', async () => {
    read(await junitReport(hostileRun, none));
  });
});

it('SARIF points each case that broke a gate to its line', async () => {
  const log = JSON.parse(await sarifReport(run, none));
  expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringContaining('sarif-2.1.0') });
  const [{ tool, results, invocations }] = log.runs;
  expect(tool.driver.name).toBe('Footnote');
  expect(invocations[0].toolExecutionNotifications).toHaveLength(2);
  for (const { ruleId, ruleIndex, level, message, locations } of results) {
    expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    expect([level, typeof message.text]).toEqual(['error', 'string']);
    const { artifactLocation, region } = locations[0].physicalLocation;
    expect(() => new URL(artifactLocation.uri, 'file:///')).not.toThrow();
    expect(region.startLine).toBeGreaterThan(0);
  }
  const broken = results.filter(({ ruleId }: { ruleId: string }) => ruleId.startsWith('min('));
  expect(broken.map((result: (typeof results)[0]) => result.locations[0].physicalLocation.region.startLine)).toEqual([
    2, 5,
  ]);
  expect(JSON.parse(await sarifReport(hostileRun, none)).runs[0].results.length).toBeGreaterThan(0);
});

it('points into the file of the cases where it is given', async () => {
  const file = join(root, 'cases.jsonl');
  await writeFile(file, `\n// no JSON\n{"id":"case-00005"}\n{"id":"case-00002"}\n`);
  const lines = (await githubReport(run, await readCasePlaces(file))).split('\n');
  expect(lines.filter((line) => /cases\.jsonl,line=4,title=min.*case-00002/.test(line))).toHaveLength(1);
  await expect(readCasePlaces(join(root, 'none.jsonl'))).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
});

it('workflow commands are one line each, and nothing in a run makes one', async () => {
  const text = await githubReport(run, none);
  expect(text.trimEnd().split('\n')).toHaveLength(2 + 2 + run.summary.errors);
  const lines = (await githubReport(hostileRun, none)).trimEnd().split('\n');
  expect(lines.filter((line) => !/^::error file=[^:]*,line=\d+,title=[^:]*::[^\n]*$/.test(line))).toEqual([]);
});

it('JSON lines have a flat object for each answer', async () => {
  const lines = (await jsonLinesReport(run))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(30);
  const failed = lines.filter(({ state }) => state === 'failed');
  expect(failed.length).toBe(run.summary.errors);
  expect(failed[0]).toMatchObject({ 'recall@10': null, failedMetrics: expect.arrayContaining(['recall@10']) });
  expect(new Set(lines.map((line) => Object.keys(line).join())).size).toBe(1);
});

it('Markdown shows differences with intervals and the five worst regressions, and leaves text as text', async () => {
  await writeRunFolder(join(root, 'later'), { cases: 30, seed: 4, drop: 0.5 });
  const later = await readRun(join(root, 'later'));
  const text = markdownReport(later, await compareRuns(run, later, { isForced: false }));
  expect(text).toContain('| Metric | Baseline | Now | Difference | 95 % interval |');
  expect(text.match(/^\*\*case/gm)).toHaveLength(5);
  const hostileText = markdownReport(hostileRun, await compareRuns(hostileRun, hostileRun, { isForced: false }));
  expect(new MarkdownIt({ html: true }).render(hostileText)).not.toContain('<img');
  expect(hostileText.replaceAll(/`[^`]*`/g, '')).not.toContain('@everyone');
  const widths = hostileText
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.replaceAll('\\|', '').split('|').length);
  expect(new Set(widths).size).toBeLessThanOrEqual(2);
});
