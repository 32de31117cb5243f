import { glob } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { PlacedCase } from '../case.ts';
import { createCaseIds } from './case-ids.ts';
import { placeCase, type ReadCases, type ReadOptions } from './case-reader.ts';
import { textOf, textsOf } from './cells.ts';
import type { Line } from './json-lines.ts';
import { type Report, shown } from './problem.ts';
import { type Assertion, readAssertion, toExpectation } from './promptfoo-asserts.ts';
import { type AnyRecord, kindOf, readRecords, readTree } from './records.ts';

const questionNames = [
  'question',
  'query',
  'input',
  'prompt',
  'user_input',
  'user_query',
  'message',
  'user_message',
  'text',
];
const contextNames = ['context', 'contexts', 'documents'];

interface Test {
  readonly vars: AnyRecord;
  readonly assert: readonly Assertion[];
  readonly metadata: AnyRecord;
  readonly description: string | null;
}

interface Reading extends ReadOptions {
  readonly idOf: (question: string) => string;
}

/**
 * Tests of promptfoo: a configuration with `tests` (written out or in files that it names), or a file of tests in YAML, JSON, JSON lines or CSV
 * with `__expected`, `__metadata:NAME` and `__description`. The question is the variable `question`, `query`, `input` and so on, the only one, or
 * the one that the field map names. Assertions become checks; one that no check expresses is a problem of its line.
 */
export const readPromptfoo: ReadCases = async function* (file, options) {
  yield* readFile(file, { ...options, idOf: createCaseIds() });
};

async function* readFile(file: string, reading: Reading): AsyncGenerator<PlacedCase> {
  if (kindOf(file) !== 'tree') {
    const isTable = kindOf(file) === 'table';
    for await (const { value, line } of readRecords(file, reading.report))
      yield* toCases(isTable ? ofRow(value) : ofRecord(value), { file, line }, reading);
    return;
  }
  const { root, entries } = await readTree(file);
  const { tests, defaultTest, scenarios } = (root ?? {}) as AnyRecord;
  const leaveOut = (field: string, received: unknown, expected: string) =>
    reading.report({ file, line: 1, field, expected, received: shown(received) });
  if (scenarios !== undefined) leaveOut('scenarios', scenarios, 'none: write what they make as tests');
  if (typeof defaultTest === 'string') leaveOut('defaultTest', defaultTest, 'what it holds, written out');
  const defaults = ofRecord(objectOf(defaultTest));
  const listed: readonly Line<unknown>[] = typeof tests === 'string' ? [{ value: tests, line: 1 }] : entries;
  for (const { value, line } of listed)
    if (typeof value === 'string') yield* readNamed(value, { file, line }, reading);
    else yield* toCases(withDefaults(defaults, ofRecord(objectOf(value))), { file, line }, reading);
}

/** Files that a configuration names, relative to itself. */
async function* readNamed(name: string, place: { file: string; line: number }, reading: Reading) {
  const pattern = name.replace(/^file:\/\//, '');
  const paths = /^\w+:\/\//.test(pattern) ? [] : await Array.fromAsync(glob(pattern, { cwd: dirname(place.file) }));
  if (paths.length === 0)
    reading.report({ ...place, field: 'tests', expected: 'a file beside the configuration', received: shown(name) });
  for (const path of paths.sort()) yield* readFile(resolve(dirname(place.file), path), reading);
}

function* toCases(test: Test, place: { file: string; line: number }, reading: Reading): Generator<PlacedCase> {
  const name = questionName(test.vars, reading);
  const questions = name === null ? [] : textsOf(test.vars[name]);
  if (questions.length === 0 || questions.some((question) => question.startsWith('file://'))) {
    const expected = 'a variable such as question, written out; --map question=NAME names it';
    reading.report({ ...place, field: 'vars', expected, received: Object.keys(test.vars).join(', ') || 'none' });
    return;
  }
  for (const question of questions) {
    const vars = { ...test.vars, [name ?? '']: question };
    const record = {
      id: reading.idOf(question),
      question,
      ...toRecord(test, vars, { ...place, report: reading.report }),
    };
    yield* placeCase(record, place, reading.report);
  }
}

function questionName(vars: AnyRecord, { map }: Reading): string | null {
  if (map?.question !== undefined) return map.question.replace(/^vars\./, '');
  const names = Object.keys(vars);
  return questionNames.find((name) => names.includes(name)) ?? (names.length === 1 ? (names[0] ?? null) : null);
}

function toRecord(test: Test, vars: AnyRecord, place: { file: string; line: number; report: Report }): object {
  const { report, ...at } = place;
  const expectations = test.assert.flatMap((assertion) => {
    const filled = { ...assertion, value: fill(assertion.value, vars) };
    const isLeftOpen = textsOf(filled.value).some((text) => /\{\{|\{%/.test(text));
    const expectation = isLeftOpen ? null : toExpectation(filled);
    if (!expectation) {
      const expected = 'an assertion that a check expresses (docs/guide/eval-datasets.md lists them)';
      report({
        ...at,
        kind: 'unknown-assert',
        field: 'assert',
        expected,
        received: shown(isLeftOpen ? filled.value : assertion.type),
      });
    }
    return expectation ?? [];
  });
  const answerable = expectations.find((expectation) => expectation.answerable !== null)?.answerable ?? null;
  const { tags, category, ...metadata } = test.metadata;
  const context = contextNames.find((name) => vars[name] !== undefined);
  return {
    checks: expectations.flatMap(({ checks }) => checks),
    ...(answerable === null ? {} : { answerable }),
    contexts: context === undefined ? [] : textsOf(vars[context]),
    tags: [...textsOf(category), ...textsOf(tags)],
    meta: { ...metadata, ...(test.description === null ? {} : { description: test.description }) },
  };
}

/** Puts variables in the place of `{{name}}`. */
function fill(value: unknown, vars: AnyRecord): unknown {
  if (Array.isArray(value)) return value.map((entry) => fill(entry, vars));
  if (typeof value !== 'string') return value;
  return value.replace(/\{\{\s*(\w+)\s*\}\}/g, (written, name: string) => textOf(vars[name]) ?? written);
}

function ofRecord(record: AnyRecord): Test {
  return {
    vars: objectOf(record.vars),
    assert: Array.isArray(record.assert) ? (record.assert as Assertion[]) : [],
    metadata: objectOf(record.metadata),
    description: textOf(record.description),
  };
}

function ofRow(row: AnyRecord): Test {
  const cells = Object.entries(row).flatMap(([name, cell]) => {
    const text = textOf(cell);
    return text === null ? [] : [[name, text] as const];
  });
  const metadata = cells.flatMap(([name, text]) => {
    const key = /^__metadata:(.+?)(\[\])?$/.exec(name);
    return key ? [[key[1], key[2] ? text.split(/(?<!\\),/).map((part) => part.replace('\\,', ',').trim()) : text]] : [];
  });
  return {
    vars: Object.fromEntries(cells.filter(([name]) => !name.startsWith('__'))),
    assert: cells.flatMap(([name, text]) => (/^__expected\d*$/.test(name) ? [readAssertion(text)] : [])),
    metadata: Object.fromEntries(metadata),
    description: textOf(row.__description),
  };
}

function withDefaults(defaults: Test, test: Test): Test {
  return {
    vars: { ...defaults.vars, ...test.vars },
    assert: [...defaults.assert, ...test.assert],
    metadata: { ...defaults.metadata, ...test.metadata },
    description: test.description ?? defaults.description,
  };
}

function objectOf(value: unknown): AnyRecord {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as AnyRecord) : {};
}
