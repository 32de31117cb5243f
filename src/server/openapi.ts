import type { App } from './app-env.ts';

/** The OpenAPI 3.1 document of the registered routes. */
export function openApiDocument(app: App, version: string) {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Footnote',
      version,
      description: 'Answers questions from a team’s own documents and proves every sentence with a quote.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
  });
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A key that begins with fn_.' },
      session: { type: 'apiKey', in: 'cookie', name: 'fn_session', description: 'Set by a sign-in link.' },
    },
  };
  return document;
}
