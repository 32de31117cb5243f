import type { Client } from './client.ts';
import type { Output } from './output.ts';

interface Readiness {
  readonly parts: readonly {
    readonly name: string;
    readonly state: 'ok' | 'degraded' | 'down';
    readonly detail: string;
  }[];
}

const marks = { ok: '✓', degraded: '!', down: '✗' } as const;

/** Asks each part how it is. Resolves to the exit code: 0 when all parts work, 1 else. */
export async function doctor({ client, output }: { client: Client; output: Output }): Promise<number> {
  const readiness = await client.get<Readiness>('/readyz', [503]);
  output.result(readiness, ({ parts }) =>
    parts.map(({ name, state, detail }) => `${marks[state]} ${name.padEnd(14)} ${detail}`).join('\n'),
  );
  return readiness.parts.every((part) => part.state === 'ok') ? 0 : 1;
}
