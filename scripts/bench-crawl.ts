import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../src/cli/client.ts';
import { loadConfig } from '../src/config.ts';
import { createRandom } from '../src/domain/random.ts';
import type { Source, SourceRun } from '../src/domain/source.ts';
import { openFootnote } from '../src/main.ts';
import { pageWith, startStubSite } from '../test/stub-site.ts';

/** `node scripts/bench-crawl.ts [PAGES]`: seconds of the first crawl of a site on loopback with its rate limit lifted, and of a second one when nothing has changed. */
const pages = Number(process.argv[2] ?? 1000);
const linksOfPage = 10;
const wordsOfPage = 300;

const work = await mkdtemp(join(tmpdir(), 'footnote-bench-'));
const { pick } = createRandom(1);
const words = Array.from({ length: 3000 }, (_, place) => `word${place.toString(36)}`);
const textOf = () => Array.from({ length: wordsOfPage }, () => pick(words)).join(' ');
const linksOf = (place: number) =>
  Array.from({ length: linksOfPage }, (_, link) => place * linksOfPage + link + 1).filter((next) => next < pages);
const site = await startStubSite();
for (let place = 0; place < pages; place += 1) {
  const links = linksOf(place).map((next) => `/${next}`);
  site.pages.set(`/${place}`, { body: pageWith(`Page ${place} ${textOf()}`, links) });
}
const config = loadConfig({
  ...process.env,
  DATA_DIR: join(work, 'data'),
  LOG_LEVEL: 'warn',
  FETCH_ALLOWED_HOSTS: site.host,
});
const footnote = await openFootnote(config);
try {
  const send = async (path: string, init: RequestInit) =>
    await footnote.application.app.request(`http://localhost${path}`, init);
  const client = createClient(send, footnote.localKey, async () => {});
  const settings = { kind: 'web', url: `${site.url}/0`, maxPages: pages, requestsPerSecond: 1000 };
  const { id } = await client.post<Source>('/v1/sources', { name: 'site', settings });
  for (const name of ['first', 'unchanged']) {
    const started = performance.now();
    const before = process.cpuUsage();
    let run = await client.post<SourceRun>(`/v1/sources/${id}/runs`, {});
    while (run.finishedAt === null) {
      await new Promise((done) => setTimeout(done, 100));
      run = (await client.get<{ items: SourceRun[] }>(`/v1/sources/${id}/runs?limit=1`)).items[0] ?? run;
    }
    const { user, system } = process.cpuUsage(before);
    const cpu = ((user + system) / 1e6).toFixed(1);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${name} crawl of ${pages} pages: ${seconds} s (${cpu} s of processor), ${run.added} added, ${run.unchanged} unchanged, ${run.failed} failed`,
    );
  }
} finally {
  await footnote.close();
  await site.close();
  await rm(work, { recursive: true, force: true });
}
