import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withoutTypes } from '../../../src/without-types.ts';
import type { Run } from '../read-run.ts';
import { collect } from './collect.ts';
import { html, type Markup, trusted } from './markup.ts';
import { packed } from './pack.ts';
import * as parts from './sections.ts';

const web = join(import.meta.dirname, '../../../web');
/** In the order in which they need each other. */
const scripts = [
  'ask/elements.ts',
  'report/packed.ts',
  'report/case-list.ts',
  'report/case-view.ts',
  'report/report.ts',
];
const styles = ['ask/ask.css', 'report/report.css'];

/**
 * The page of a run as one file: figures and charts are markup, the cases lie in it deflated and are unpacked as they are looked at. It asks
 * for nothing outside, and its content policy lets it run its own script alone.
 */
export async function htmlReport(run: Run, baseline: Run | null, comparison: Markup | null = null): Promise<string> {
  const collected = await collect(run, baseline);
  const { summary } = run;
  const style = styles.map((name) => readFileSync(join(web, name), 'utf8')).join('\n');
  const script = joinModules(scripts.map((name) => readFileSync(join(web, name), 'utf8')));
  const policy = `default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(script)}'; base-uri 'none'; form-action 'none'`;
  const title = `${summary.suite} · Footnote evaluation`;
  const repeats = parts.repeatTable(summary.metrics);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body class="report">
<a class="skip" href="#cases">To the cases</a>
<header class="bar"><span class="brand">Footnote</span><nav aria-label="Parts of the report">${navigation}</nav></header>
<main>
<h1>${summary.suite}</h1>
${parts.overview(run)}
${parts.section('gates', 'Gates', null, parts.gateList(summary.gates))}
${comparison === null ? null : parts.section('comparison', 'Against the baseline', null, comparison)}
${parts.section('metrics', 'Metrics', 'Means over cases that are ok; ↑ higher is better, ↓ lower is better. An error is never counted as a value.', parts.metricTable(summary.metrics))}
${repeats === null ? null : parts.section('repeats', 'Repeats', 'How far answers to the same case differ: the mean deviation within a case, the share of cases that pass and fail, and the chance that any and that all answers pass.', repeats)}
${parts.section('distributions', 'Distributions', 'How many cells have which value, in tenths.', parts.distributions(summary.metrics, collected))}
${parts.section('tags', 'By tag', 'Worst first. The thin line is the 95 % interval.', parts.tagSlices(summary))}
${parts.section('confidence', 'Confidence', 'On the dashed line, answers are as often right as they say.', parts.confidence(collected, summary.cases * summary.repeats))}
${parts.section('retrieval', 'Retrieval', 'Where the search put the first document that holds the answer.', parts.ranks(collected))}
${parts.section('operations', 'Time and cost', 'By stage, each column up to the time below it.', parts.operations(collected))}
${parts.section('cases', 'Cases', null, caseBrowser)}
</main>
<div id="status" class="hidden" role="status"></div>
${packed('rows', collected.rows)}
${collected.blocks}
<script type="module">${trusted(script)}</script>
</body>
</html>
`;
  return page.markup;
}

const navigation = html`${[
  ['gates', 'Gates'],
  ['metrics', 'Metrics'],
  ['tags', 'Tags'],
  ['operations', 'Time'],
  ['cases', 'Cases'],
].map(([id = '', text = '']) => html`<a href="#${id}">${text}</a>`)}`;

const caseBrowser = html`<noscript><p class="empty">The list of cases needs JavaScript; the figures above do not.</p></noscript>
<form id="filter" class="filter" role="search" aria-label="Cases">
<label>Words <input name="words" type="search" autocomplete="off"></label>
<label>State <select name="state"><option value="">all</option><option value="finished">answered</option><option value="refused">refused</option><option value="failed">error</option></select></label>
<label>Tag <select id="filter-tag" name="tag"><option value="">all</option></select></label>
<label>Breaks gate <select id="filter-gate" name="gate"><option value="">any or none</option></select></label>
<label>Worst first by <select id="filter-sort" name="sort"><option value="">order of the suite</option></select></label>
<button class="quiet" type="reset">Clear</button>
</form>
<p id="count" class="hint"></p>
<div class="browser"><div class="case-list"><div id="list"></div><p id="nothing" class="empty" hidden>No case fits: clear the filter.</p></div><article id="case" aria-label="The chosen case" hidden></article></div>`;

/** Scripts of one page as one: each sees the names of those before it, so that imports and exports fall away. */
function joinModules(sources: readonly string[]): string {
  return sources
    .map((source) =>
      withoutTypes(source)
        .replaceAll(/^import [^;]*;$/gm, '')
        .replaceAll(/^export /gm, ''),
    )
    .join('\n')
    .replaceAll('</script', '<\\/script');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
