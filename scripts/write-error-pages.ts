import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ErrorCode, errorCodes, errorSpecs } from '../src/domain/errors.ts';

export const errorPagesFolder = resolve(import.meta.dirname, '../docs/errors');

/** The page of an error code, in Markdown. */
export function errorPage(code: ErrorCode): string {
  const { title, status, retryable, remedy } = errorSpecs[code];
  const retry = retryable
    ? 'The same request may succeed later; wait as long as `Retry-After` says where it is given.'
    : 'The same request will fail again until what caused it is changed.';
  return `# ${code}

${title}.

**What to do:** ${remedy}

| | |
|---|---|
| HTTP status | ${status} |
| Worth another try | ${retryable ? 'yes' : 'no'} |

${retry}
`;
}

if (import.meta.main) {
  mkdirSync(errorPagesFolder, { recursive: true });
  for (const code of errorCodes) writeFileSync(join(errorPagesFolder, `${code}.md`), errorPage(code));
  console.log(`${errorCodes.length} pages in docs/errors`);
}
