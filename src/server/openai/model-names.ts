import { AppError } from '../../domain/errors.ts';
import type { RouteDeps } from '../route-deps.ts';

/** What the server is set up with, whatever that is: the name for programs that don't care. */
export const configuredModel = 'footnote';

/** Throws MODEL_NOT_FOUND for another name than `footnote` or what writes the answers. */
export function requireAnswerer({ model }: Pick<RouteDeps, 'model'>, name: string): void {
  if (name !== configuredModel && name !== model) throw modelNotFound(name, [configuredModel, model]);
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
