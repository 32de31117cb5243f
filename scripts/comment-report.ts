import { readFile } from 'node:fs/promises';

/**
 * Puts a Markdown file on a pull request as one comment, and writes a later one of the same suite over it:
 * `node scripts/comment-report.ts FILE`, with GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST and SUITE in the environment.
 */
const { GITHUB_API_URL = 'https://api.github.com', GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST, SUITE } = process.env;
const [file] = process.argv.slice(2);
if (!file || !GITHUB_REPOSITORY || !GITHUB_TOKEN || !/^\d+$/.test(PULL_REQUEST ?? ''))
  throw new Error('Expected a file, and GITHUB_REPOSITORY, GITHUB_TOKEN and PULL_REQUEST in the environment.');

/** What GitHub takes. */
const longest = 65_536;
const marker = `<!-- footnote-evaluation ${(SUITE ?? '').replaceAll(/[^\w./-]/g, '')} -->`;
const cut = '\n\n… cut: the report of the job has all of it.';
const text = `${marker}\n${await readFile(file, 'utf8')}`;
const body = text.length > longest ? text.slice(0, longest - cut.length) + cut : text;
const comments = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/issues`;

const earlier = await findEarlier();
if (earlier === null) await send('POST', `${comments}/${PULL_REQUEST}/comments`, { body });
else await send('PATCH', `${comments}/comments/${earlier}`, { body });
console.log(earlier === null ? 'Commented.' : 'Wrote over the earlier comment.');

async function findEarlier(): Promise<number | null> {
  for (let page = 1; ; page += 1) {
    const found = await send('GET', `${comments}/${PULL_REQUEST}/comments?per_page=100&page=${page}`);
    const list = (await found.json()) as { id: number; body: string; user: { type: string } }[];
    const own = list.find((comment) => comment.user.type === 'Bot' && comment.body.startsWith(marker));
    if (own) return own.id;
    if (list.length < 100) return null;
  }
}

async function send(method: string, url: string, content?: object): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(content ? { body: JSON.stringify(content) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}.`);
  return response;
}
