import type { z } from 'zod';
import { EvalCase } from '../case.ts';
import { canonicalJson } from './canonical-json.ts';

const usual: Readonly<Record<string, unknown>> = EvalCase.parse({ id: 'any', question: 'any' });
const required = new Set(['id', 'question']);

/** A case as a line of the native format: JSON with a line end, without the fields whose value is the one that they have when left out. */
export function nativeLine(given: z.input<typeof EvalCase>): string {
  const told = Object.entries(EvalCase.parse(given)).filter(
    ([field, value]) => required.has(field) || canonicalJson(value) !== canonicalJson(usual[field]),
  );
  return `${JSON.stringify(Object.fromEntries(told))}\n`;
}
