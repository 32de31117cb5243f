import { z } from '@hono/zod-openapi';
import { html } from 'hono/html';
import MarkdownIt from 'markdown-it';
import { type Markup, safeMarkup } from './html-page.ts';

const Content = z.record(z.string(), z.object({ schema: z.looseObject({}).optional() }));

const Operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().default(''),
  'x-scope': z.string(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().default(''),
        schema: z.looseObject({ description: z.string().optional() }),
      }),
    )
    .default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content: Content.default({}) })),
});

/** As much of an OpenAPI document as the page shows. */
const ApiDocument = z.object({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})) }),
});

/** The routes of an OpenAPI document, with their parameters, bodies and responses, for people to read. */
export function docsBody(document: object, errorCodes: readonly string[]): Markup {
  const { paths, components } = ApiDocument.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) =>
      describeOperation(`${method.toUpperCase()} ${path}`, operation),
    ),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<details id="schema-${name}"><summary><code>${name}</code></summary>${json(schema)}</details>`,
  );
  const errors = errorCodes.map((code) => html`<li><a href="docs/errors/${code}"><code>${code}</code></a></li>`);
  return html`<h1>The API</h1>
    <p>
      Send <code>Authorization: Bearer fn_…</code>. Errors are problem documents (RFC 9457) with a <code>code</code>. Lists
      take <code>limit</code> and <code>cursor</code>; what makes something takes an <code>Idempotency-Key</code>. Programs
      read <a href="openapi.json">openapi.json</a>.
    </p>
    ${operations}
    <h2 id="schemas">Schemas</h2>
    ${schemas}
    <h2 id="errors">Errors</h2>
    <ul class="columns">
      ${errors}
    </ul>`;
}

function describeOperation(route: string, operation: z.output<typeof Operation>): Markup {
  const rows = operation.parameters.map(
    (parameter) =>
      html`<tr>
        <td><code>${parameter.name}</code>${parameter.required ? '' : ' (optional)'}</td>
        <td>${parameter.in}</td>
        <td><code>${JSON.stringify({ ...parameter.schema, description: undefined })}</code> ${inline(parameter.description)}</td>
      </tr>`,
  );
  const table = html`<div class="scroll"><table><thead><tr><th>Parameter</th><th>In</th><th>Schema</th></tr></thead><tbody>${rows}</tbody></table></div>`;
  const responses = Object.entries(operation.responses)
    .filter(([status]) => /^[23]/.test(status))
    .map(
      ([status, { description, content }]) =>
        html`<p><strong>${status}</strong> ${description}</p>${describeContent('Response', content)}`,
    );
  return html`<section class="operation" id="${operation.operationId}">
    <h2><code>${route}</code></h2>
    <p>${operation.summary}. ${inline(operation.description)} <span class="scope">${operation['x-scope']}</span></p>
    ${rows.length > 0 ? table : ''} ${describeContent('Body', operation.requestBody?.content ?? {})} ${responses}
  </section>`;
}

function describeContent(label: string, content: z.output<typeof Content>): Markup[] {
  return Object.entries(content).map(
    ([mediaType, { schema }]) =>
      html`<details><summary>${label}: ${mediaType}</summary>${json(schema ?? {})}</details>`,
  );
}

const markdown = new MarkdownIt({ html: false });

function inline(text: string): Markup {
  return safeMarkup(markdown.renderInline(text));
}

function json(value: object): Markup {
  return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
}
