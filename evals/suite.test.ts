import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGate } from './gates/parse-gate.ts';
import { metricsNamed } from './metrics/registry.ts';
import { readSuite } from './suite.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'footnote-suite-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = join(folder, 'suite.yaml');
  await writeFile(file, text);
  return await readSuite(file);
}

const whole = `name: billing
target:
  kind: in-process
data:
  path: cases.jsonl
  filter:
    - tag=a,b
metrics:
  - citations
budget:
  cost: 5
`;

describe('readSuite', () => {
  it('fills in what is left out, and takes paths from the folder of the file', async () => {
    expect(await read(`${whole}card: card.md\nbaseline: ../baselines/billing\n`)).toMatchObject({
      name: 'billing',
      target: { kind: 'in-process', models: 'configured', as: 'documents', mode: 'strict' },
      data: { path: join(folder, 'cases.jsonl'), filter: ['tag=a,b'] },
      repeats: 1,
      maxErrorRate: 0,
      seed: 1,
      card: join(folder, 'card.md'),
      baseline: join(folder, '../baselines/billing'),
    });
  });

  it.each([
    ['an unknown field', whole.replace('budget:', 'buget:'), /:10, buget$/],
    ['a wrong type', whole.replace('cost: 5', 'cost: much'), /:11, budget.cost$/],
    ['a wrong entry of a list', whole.replace('tag=a,b', 'label=a'), /:7, data.filter.0$/],
    ['an unknown target', whole.replace('in-process', 'telepathy'), /:3, target.kind$/],
    ['no metric', whole.replace('metrics:\n  - citations', 'metrics: []'), /:8, metrics$/],
    ['an empty suite', '', /:1, the suite$/],
    ['no YAML', 'name: [billing', /suite\.yaml:1$/],
  ])('names file, line and field of %s', async (_what, text, field) => {
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INVALID_REQUEST' });
    const { errors } = error as { errors: { field: string; expected: string }[] };
    expect(errors[0]?.field).toMatch(field);
    expect(errors[0]?.expected).not.toBe('');
  });

  it('takes a judge, with prompts from the folder of the file', async () => {
    const judge =
      '  models:\n    - a\n    - model: b\n      url: http://b.example/v1\n  prompts:\n    rubric: mine.md\n';
    expect((await read(`${whole}judge:\n${judge}`)).judge).toEqual({
      models: [{ model: 'a' }, { model: 'b', url: 'http://b.example/v1' }],
      ...{ repeat: 1, vote: 'majority', fallback: [], temperature: 0 },
      prompts: { rubric: join(folder, 'mine.md') },
    });
    expect((await read(whole)).judge).toBeUndefined();
  });

  it.each([
    ['an unknown rule', 'vote: loudest', 'judge.vote', /majority/],
    ['a model that is no name', 'models: [7]', 'judge.models.0', /model/],
    ['a model with a wrong address', 'models: [{model: a, url: b}]', 'judge.models.0.url', /http/],
    ['a model with a key', 'models: [{model: a, key: k}]', 'judge.models.0.key', /no field/],
    ['no model', 'models: []', 'judge.models', /./],
    ['a model twice', 'models: [a, a]', 'judge.models.1', /not named before/],
    ['a stand-in that votes already', 'models: [a, b]\n  fallback: [b]', 'judge.fallback.0', /not named before/],
    ['a temperature of nothing', 'temperature: hot', 'judge.temperature', /number/],
    ['a prompt for nothing', 'prompts: {mood: a.md}', 'judge.prompts.mood', /./],
  ])('names %s of a judge by file, field and what was expected', async (_what, text, field, expected) => {
    const error: unknown = await read(`${whole}judge:\n  ${text}\n`).catch((thrown: unknown) => thrown);
    const { errors } = error as { errors: { field: string; expected: string }[] };
    expect(errors[0]?.field).toMatch(new RegExp(`suite\\.yaml:\\d+, ${field}$`));
    expect(errors[0]?.expected).toMatch(expected);
  });

  it('has no place for a key', async () => {
    await expect(read(whole.replace('kind: in-process', 'kind: footnote\n  key: fn_x'))).rejects.toMatchObject({
      errors: [{ expected: 'no field of this name' }],
    });
  });
});

it.each(['smoke', 'support', 'refusal', 'injection', 'conversation', 'languages', 'operations'])(
  'the shipped suite %s can be read, with metrics and gates that there are',
  async (name) => {
    const suite = await readSuite(join(import.meta.dirname, 'suites', `${name}.yaml`));
    expect(suite.name).toBe(name);
    const metrics = metricsNamed(suite.metrics).map((metric) => metric.name);
    for (const { kind, metric } of suite.gates.map(parseGate)) if (kind !== 'errors') expect(metrics).toContain(metric);
  },
);
