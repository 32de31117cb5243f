import { stripTypeScriptTypes } from 'node:module';

/** TypeScript as a browser runs it. Node runs our own sources through the same function without a word; called by name, it warns that it may change. */
export function withoutTypes(source: string): string {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('stripTypeScriptTypes')) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
