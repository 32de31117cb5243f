import { InvalidArgumentError } from 'commander';

export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

export function collectPair(value: string, pairs: Record<string, string>): Record<string, string> {
  const separator = value.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('expected key=value');
  return { ...pairs, [value.slice(0, separator)]: value.slice(separator + 1) };
}

export function collectText(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

export function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    throw new InvalidArgumentError('expected JSON, such as {"source":"handbook"}');
  }
}

export function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return count;
}

export function parseShare(value: string): number {
  const share = Number(value);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('expected a number between 0 and 1, such as 0.05');
  return share;
}

/** The same with both ends. */
export function parsePortion(value: string): number {
  const portion = Number(value);
  if (value.trim() === '' || !(portion >= 0 && portion <= 1))
    throw new InvalidArgumentError('expected a number from 0 to 1, such as 0.2');
  return portion;
}
