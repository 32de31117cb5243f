import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

interface PageOptions {
  readonly title: string;
  readonly body: Markup;
  /** Path from the page to the root of the server. */
  readonly root: string;
}

/** A page of the server's own, in the style of the page for asking. Everything interpolated is escaped. */
export async function htmlPage(status: number, { title, body, root }: PageOptions): Promise<Response> {
  const page = await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title} · Footnote</title>
    <link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${root}assets/ask.css">
    <link rel="stylesheet" href="${root}assets/docs.css">
  </head>
  <body class="docs">
    <header class="bar"><a class="brand" href="${root}">Footnote</a><nav><a href="${root}docs">API</a></nav></header>
    <main>${body}</main>
  </body>
</html>`;
  return new Response(page.toString(), { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

/** A page that says one thing. */
export function messagePage(
  status: number,
  { title, paragraphs }: { title: string; paragraphs: readonly string[] },
): Promise<Response> {
  const body = html`<h1>${title}</h1>${paragraphs.map((paragraph) => html`<p>${paragraph}</p>`)}`;
  return htmlPage(status, { title, body, root: '' });
}

/** Markup that is known to be safe because a renderer that escapes made it. */
export function safeMarkup(markup: string): HtmlEscapedString {
  return raw(markup);
}
