import { type CasePlace, findFailedCases } from './failed-cases.ts';
import type { Run } from './read-run.ts';

/** Commands of a GitHub workflow: an error at the line of each case that broke a gate or has an error, and one for each gate of the run. */
export async function githubReport(run: Run, places: ReadonlyMap<string, CasePlace>): Promise<string> {
  const cases = (await findFailedCases(run, places)).map(
    ({ file, line, rule, message }) =>
      `::error file=${property(file)},line=${line},title=${property(rule)}::${data(message)}`,
  );
  const gates = run.summary.gates
    .filter(({ passed, cases: broken }) => !passed && broken.length === 0)
    .map(({ gate, detail }) => `::error title=${property(gate)}::${data(detail)}`);
  return [...gates, ...cases].map((line) => `${line}\n`).join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
