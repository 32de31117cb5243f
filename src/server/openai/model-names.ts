import { AppError } from '../../domain/errors.ts';
import type { RouteDeps } from '../route-deps.ts';

/** What the server is set up with, whatever that is: the name for programs that don't care. */
export const configuredModel = 'footnote';

/** What is to write the answer; undefined for `footnote`. Throws MODEL_NOT_FOUND for a name that the server does not have. */
export function answererNamed({ models }: Pick<RouteDeps, 'models'>, name: string): string | undefined {
  if (name === configuredModel) return undefined;
  if (!models.includes(name)) throw modelNotFound(name, [configuredModel, ...models]);
  return name;
}

/** Throws MODEL_NOT_FOUND for another name than `footnote` or the id of the embedder. */
export function requireEmbedder({ embedder }: Pick<RouteDeps, 'embedder'>, name: string): void {
  if (name !== configuredModel && name !== embedder.id) throw modelNotFound(name, [configuredModel, embedder.id]);
}

export function modelNotFound(name: string, known: readonly string[]): AppError {
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
  return new AppError('MODEL_NOT_FOUND', `There is no model ${shown} here; there is ${known.join(' and ')}.`, {
    errors: [{ field: 'model', expected: known.join(' or '), received: shown }],
  });
}
