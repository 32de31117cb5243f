import { readCaseScores } from './case-scores.ts';
import { type CasePlace, findFailedCases } from './failed-cases.ts';
import { escapeMarkup } from './html/markup.ts';
import type { Run } from './read-run.ts';

/**
 * JUnit XML: a test for each case, with its scores as properties; a gate that the case broke is a failure, an answer that is an error is an error.
 * Gates over the whole run are a second suite.
 */
export async function junitReport(run: Run, places: ReadonlyMap<string, CasePlace>): Promise<string> {
  const scores = await readCaseScores(run);
  const failed = Map.groupBy(await findFailedCases(run, places), ({ asked }) => asked.id);
  const seconds = await readSeconds(run);
  const tests: string[] = [];
  let [failures, errors] = [0, 0];
  for await (const { id, question } of run.cases()) {
    const own = failed.get(id) ?? [];
    const error = own.find(({ kind }) => kind === 'error');
    const broken = own.filter(({ kind }) => kind === 'gate');
    if (error) errors += 1;
    else if (broken.length > 0) failures += 1;
    const properties = scores.metrics.flatMap((metric) => {
      const score = scores.score(metric, id);
      if (!score) return [];
      const value = score.mean === null ? (score.errors > 0 ? 'error' : 'na') : String(score.mean);
      return [`<property name="${text(metric)}" value="${text(value)}"/>`];
    });
    const outcome = error
      ? `<error type="${text(error.rule)}" message="${text(error.message)}"/>`
      : broken.map(({ rule, message }) => `<failure type="${text(rule)}" message="${text(message)}"/>`).join('');
    tests.push(
      `    <testcase classname="${text(run.summary.suite)}" name="${text(id)}" time="${(seconds.get(id) ?? 0).toFixed(3)}">${
        properties.length > 0 ? `<properties>${properties.join('')}</properties>` : ''
      }${outcome}<system-out>${text(question)}</system-out></testcase>`,
    );
  }
  const gates = gateSuite(run);
  const total = tests.length + gates.tests.length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${text(run.summary.suite)}" tests="${total}" failures="${failures + gates.failures}" errors="${errors + gates.errors}">`,
    `  <testsuite name="${text(run.summary.suite)}" tests="${tests.length}" failures="${failures}" errors="${errors}" skipped="0" timestamp="${run.plan.startedAt}">`,
    ...tests,
    '  </testsuite>',
    `  <testsuite name="${text(run.summary.suite)} gates" tests="${gates.tests.length}" failures="${gates.failures}" errors="${gates.errors}" skipped="0" timestamp="${run.plan.startedAt}">`,
    ...gates.tests,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function gateSuite({ summary }: Run) {
  const tests = summary.gates.map(({ gate, passed, invalid, detail }) => {
    const element = invalid ? 'error' : 'failure';
    const outcome = passed ? '' : `<${element} type="gate" message="${text(detail)}"/>`;
    return `    <testcase classname="${text(summary.suite)}.gates" name="${text(gate)}" time="0">${outcome}</testcase>`;
  });
  const errors = summary.gates.filter(({ invalid }) => invalid).length;
  return { tests, errors, failures: summary.gates.filter(({ passed, invalid }) => !passed && !invalid).length };
}

async function readSeconds(run: Run): Promise<ReadonlyMap<string, number>> {
  const seconds = new Map<string, number>();
  for await (const { case: id, answer } of run.answers())
    seconds.set(id, (seconds.get(id) ?? 0) + (answer?.latency.total ?? 0) / 1_000);
  return seconds;
}

/** Escaped, without the characters that XML 1.0 has no way to write. */
function text(value: string): string {
  return escapeMarkup(value.toWellFormed().replaceAll(/[\p{Cc}--[\t\n\r]]|[\ufffe\uffff]/gv, '\ufffd'));
}
