import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createDocumentReader, type DocumentReaderOptions, type PooledDocumentReader } from './read-document.ts';

const open: PooledDocumentReader[] = [];
afterEach(async () => {
  for (const reader of open.splice(0)) await reader.close();
});

function createReader(options: DocumentReaderOptions = {}): PooledDocumentReader {
  const reader = createDocumentReader(options);
  open.push(reader);
  return reader;
}

const never = new AbortController().signal;
const file = (fileName: string, content: Uint8Array | string) => ({
  bytes: Buffer.from(content),
  fileName,
  mediaType: '',
});
/** Inline tags that never close: seconds of work for the parser of HTML. */
const endless = file('endless.html', '<b><i>'.repeat(600_000));

/** A few seconds of work that succeed. */
const slowTable = file('slow.csv', 'name,number\n'.repeat(60_000));
const readingThreads = () =>
  readdirSync('/proc/self/task')
    .map((id) => readFileSync(`/proc/self/task/${id}/stat`, 'latin1'))
    .filter((stat) => stat.includes('(read-document)'));

describe('createDocumentReader', () => {
  it('gives everything that a version needs', async () => {
    const source = '---\nlang: en\n---\n# Refunds\n\nA refund takes 5 days.\n';
    const document = await createReader().read(file('refunds.md', source), never);
    expect(document).toMatchObject({
      title: 'Refunds',
      language: 'en',
      content: '# Refunds\n\nA refund takes 5 days.\n',
    });
    const [passage] = document.passages;
    if (!passage || document.passages.length !== 1) return expect.fail('there is one passage');
    expect(passage).toMatchObject({ ordinal: 0, start: 0, end: 33, page: null, headingPath: ['Refunds'] });
    expect(passage.text).toBe(document.content.slice(passage.start, passage.end));
    expect(passage.embeddingText).toBe('Refunds\nA refund takes 5 days.');
    expect(passage.embeddingHash).toBe(createHash('sha256').update(passage.embeddingText).digest('hex'));
    expect(passage.sparse.indices.length).toBeGreaterThan(1);
    expect(passage.sparse.values.length).toBe(passage.sparse.indices.length);
    expect(passage.sparse.indices).toEqual(passage.sparse.indices.toSorted());
    expect(passage).not.toHaveProperty('tableHeader');
  });

  it.runIf(process.platform === 'linux')('reads below the priority of the threads that answer', async () => {
    await createReader().read(file('one.txt', 'One.'), never);
    const [reading] = readingThreads();
    // The nineteenth field, of which the name is the second.
    expect(Number(reading?.split(') ')[1]?.split(' ')[16])).toBeGreaterThan(getPriority());
  });

  it('prefers the sender’s title and language, and leaves the sender’s bytes alone', async () => {
    const input = { ...file('a.txt', 'Ein Satz.'), title: 'Meine Notiz', language: 'de' };
    const document = await createReader().read(input, never);
    expect(document).toMatchObject({ title: 'Meine Notiz', language: 'de' });
    expect(document.passages[0]?.embeddingText).toBe('Meine Notiz\nEin Satz.');
    expect(input.bytes.toString()).toBe('Ein Satz.');
  });

  it('reads many files at once and gives each its own result', async () => {
    const reader = createReader({ workers: 2 });
    const names = Array.from({ length: 20 }, (_, index) => `file ${index}`);
    const read = await Promise.all(names.map((name) => reader.read(file(`${name}.txt`, `This is ${name}.`), never)));
    expect(read.map(({ title, content }) => [title, content])).toEqual(names.map((name) => [name, `This is ${name}.`]));
  });

  it('fails a broken file with its reason and reads the next one', async () => {
    const reader = createReader();
    const broken = reader.read(file('a.pdf', '%PDF-1.4 cut'), never);
    const next = reader.read(file('b.txt', 'Fine.'), never);
    await expect(broken).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    expect((await next).content).toBe('Fine.');
  });

  it('ends a file that takes too long and goes on with a fresh worker', async () => {
    const reader = createReader({ maxSeconds: 5 });
    const slow = reader.read(endless, never);
    const next = reader.read(file('b.txt', 'Fine.'), never);
    await expect(slow).rejects.toMatchObject({ code: 'FILE_TAKES_TOO_LONG' });
    expect((await next).content).toBe('Fine.');
  });

  it('ends a file that takes too much memory and goes on with a fresh worker', async () => {
    const reader = createReader({ maxMegabytes: 64 });
    const greedy = reader.read(file('greedy.html', '<p>a</p>'.repeat(400_000)), never);
    const next = reader.read(file('b.txt', 'Fine.'), never);
    await expect(greedy).rejects.toMatchObject({
      code: 'FILE_TAKES_TOO_LONG',
      detail: 'Reading greedy.html took too much memory.',
    });
    expect((await next).content).toBe('Fine.');
  });

  it('reads what a worker that was ended had at hand, each file once and in order', async () => {
    const reader = createReader({ maxSeconds: 5, mostWorkers: 1, patienceSeconds: 0 });
    const slow = reader.read(endless, never);
    const names = ['a', 'b', 'c'];
    const ended: string[] = [];
    const others = names.map(async (name) => {
      const { content } = await reader.read(file(`${name}.txt`, `This is ${name}.`), never);
      ended.push(name);
      return content;
    });
    await expect(slow).rejects.toMatchObject({ code: 'FILE_TAKES_TOO_LONG' });
    expect(await Promise.all(others)).toEqual(names.map((name) => `This is ${name}.`));
    expect(ended).toEqual(names);
  });

  it('starts one more worker for files that wait long behind a slow one', async () => {
    const reader = createReader({ mostWorkers: 2, patienceSeconds: 0 });
    const ended: string[] = [];
    const read = async (input: ReturnType<typeof file>) => {
      await reader.read(input, never);
      ended.push(input.fileName);
    };
    const slow = read(endless);
    // The first is at hand of the worker that is busy.
    const atHand = read(file('a.txt', 'One.'));
    await Promise.all([read(file('b.txt', 'Two.')), read(file('c.txt', 'Three.'))]);
    expect(ended.toSorted()).toEqual(['b.txt', 'c.txt']);
    const closing = reader.close();
    for (const left of [slow, atHand]) await expect(left).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
    await closing;
  });

  it.runIf(process.platform === 'linux')('ends that worker once it has nothing to read, and no other', async () => {
    const reader = createReader({ mostWorkers: 2, patienceSeconds: 0, idleSeconds: 0.05 });
    const slow = reader.read(slowTable, never);
    const waiting = [1, 2, 3].map((number) => reader.read(file(`${number}.txt`, 'Text.'), never));
    await waiting[2];
    const most = readingThreads().length;
    await Promise.all([slow, ...waiting]);
    await expect.poll(() => readingThreads().length).toBe(1);
    expect(most).toBe(2);
    expect((await reader.read(file('a.txt', 'One.'), never)).content).toBe('One.');
    expect(readingThreads()).toHaveLength(1);
  });

  it('lets the caller go when it aborts', async () => {
    const reader = createReader();
    const stop = new AbortController();
    const reading = reader.read(endless, stop.signal);
    const waiting = reader.read(file('b.txt', 'Fine.'), stop.signal);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await expect(waiting).rejects.toThrow('enough');
    await expect(reader.read(file('c.txt', 'Fine.'), stop.signal)).rejects.toThrow('enough');
  });

  it('fails what is left when it is closed', async () => {
    const reader = createReader();
    const reading = reader.read(endless, never);
    const waiting = reader.read(file('b.txt', 'Fine.'), never);
    const closing = reader.close();
    for (const left of [reading, waiting]) await expect(left).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
    await closing;
    await expect(reader.read(file('c.txt', 'Fine.'), never)).rejects.toMatchObject({ code: 'SERVER_STOPPING' });
  });
});
