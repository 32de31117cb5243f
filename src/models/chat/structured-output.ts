import type { ChatRequest } from '../chat-model.ts';
import { statusOf } from '../model-error.ts';

/** Statuses with which servers of the protocol refuse a `response_format` that they do not know. */
const refusals: ReadonlySet<number> = new Set([400, 404, 415, 422, 501]);

/**
 * Remembers of one server whether it takes a JSON schema. The first refusal costs a second call without the schema; when that one
 * succeeds, later requests leave it out at once.
 */
export function createStructuredOutput() {
  let isRefused = false;
  return {
    async orWithout<T>(request: ChatRequest, open: (request: ChatRequest) => Promise<T>): Promise<T> {
      const { schema, ...plain } = request;
      if (!schema) return await open(request);
      if (isRefused) return await open(plain);
      try {
        return await open(request);
      } catch (error) {
        if (!refusals.has(statusOf(error) ?? 0)) throw error;
        const opened = await open(plain);
        isRefused = true;
        return opened;
      }
    },
  };
}

/** The protocol's field for a schema; nothing without one. */
export function responseFormatOf({ schema }: ChatRequest) {
  if (!schema) return {};
  return {
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: schema.name, strict: true, schema: { ...schema.schema } },
    },
  };
}
