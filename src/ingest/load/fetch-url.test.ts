import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchUrl } from './fetch-url.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(handler: RequestListener): Promise<{ port: number; url: string; connections: () => number }> {
  let connections = 0;
  const server = createServer(handler).on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, connections: () => connections };
}

const never = new AbortController().signal;
const refused = { code: 'URL_NOT_ALLOWED' };
const unreachable = { code: 'URL_UNREACHABLE' };
const fetchPublic = createFetchUrl({ maxFileBytes: 1000 });
/** Trusts the loopback address at these ports, as if it were public. */
const fetchFrom = (ports: readonly number[], more: Partial<Parameters<typeof createFetchUrl>[0]> = {}) =>
  createFetchUrl({ maxFileBytes: 1000, isAllowedAddress: (_address, port) => ports.includes(port), ...more });

describe('addresses that are not on the public internet', () => {
  const hosts = [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '0',
      '0.0.0.0',
      '127.0.0.1.',
      '１２７.0.0.1',
      'localhost',
    ],
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '100.100.100.200',
      '169.254.169.254',
      '169.254.170.2',
      '168.63.129.16',
      '192.0.0.192',
    ],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::ffff:a9fe:a9fe]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
    ],
    ...[
      '[fd00:ec2::254]',
      '[fe80::1]',
      '[fec0::1]',
      '[ff02::1]',
      '[2001:db8::1]',
      '255.255.255.255',
      '224.0.0.1',
      '198.18.0.1',
    ],
  ];
  it.each(hosts)('refuses http://%s', async (host) => {
    for (const port of ['', ':8080'])
      await expect(fetchPublic(`http://${host}${port}/`, never)).rejects.toMatchObject(refused);
  });

  it('opens no connection to them', async () => {
    const server = await serve((_request, response) => response.end('secret'));
    const fetchUrl = createFetchUrl({ maxFileBytes: 1000 });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433'])
      await expect(fetchUrl(`http://${host}:${server.port}/`, never)).rejects.toMatchObject(refused);
    expect(server.connections()).toBe(0);
  });

  it.each(['https://1.1.1.1:22/', 'http://1.1.1.1:6379/', 'http://8.8.8.8:5432/'])(
    'refuses the port of %s',
    async (url) => {
      await expect(fetchPublic(url, never)).rejects.toMatchObject(refused);
    },
  );

  it.each([
    ...[
      'file:///etc/passwd',
      'ftp://a.example/',
      'gopher://a.example/',
      'data:text/html,x',
      'javascript:alert(1)',
      'blob:http://a.example/x',
    ],
    ...[
      'jar:http://a.example!/',
      'http://user:secret@a.example/',
      'http://user@a.example/',
      'not an address',
      '',
      'http://',
    ],
  ])('refuses %j', async (url) => {
    await expect(fetchPublic(url, never)).rejects.toMatchObject(refused);
  });

  it('refuses a name if one of its addresses is inside', async () => {
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    await expect(createFetchUrl({ maxFileBytes: 1000, lookup })('http://a.example/', never)).rejects.toMatchObject(
      refused,
    );
  });

  it('checks a name anew for every connection, so that it cannot change under way', async () => {
    const inside = await serve((_request, response) => response.end('secret'));
    const outside = await serve((_request, response) =>
      response.writeHead(302, { location: `http://a.example:${inside.port}/` }).end(),
    );
    let asked = 0;
    const lookup: LookupFunction = (_name, _options, callback) => {
      asked += 1;
      callback(null, [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
    };
    const isAllowedAddress = (address: string) => address === '127.0.0.1';
    const fetchUrl = createFetchUrl({ maxFileBytes: 1000, lookup, isAllowedAddress });
    await expect(fetchUrl(`http://a.example:${outside.port}/`, never)).rejects.toMatchObject(refused);
    expect([asked, inside.connections()]).toEqual([2, 0]);
  });

  it.each([301, 302, 303, 307, 308])('checks where a %i leads', async (status) => {
    const inside = await serve((_request, response) => response.end('secret'));
    const outside = await serve((_request, response) => response.writeHead(status, { location: inside.url }).end());
    await expect(fetchFrom([outside.port])(outside.url, never)).rejects.toMatchObject(refused);
    expect(inside.connections()).toBe(0);
    const toFile = await serve((_request, response) =>
      response.writeHead(status, { location: 'file:///etc/passwd' }).end(),
    );
    await expect(fetchFrom([toFile.port])(toFile.url, never)).rejects.toMatchObject(refused);
  });
});

describe('fetching', () => {
  it('gives bytes, final address, type and name, and follows no link', async () => {
    const paths: string[] = [];
    const server = await serve((request, response) => {
      paths.push(request.url ?? '');
      if (request.url === '/start') response.writeHead(302, { location: '/docs/Refund%20policy.html' }).end();
      else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<a href="/other">x</a>');
    });
    const page = await fetchFrom([server.port])(`${server.url}/start#part`, never);
    expect(new TextDecoder().decode(page.bytes)).toBe('<a href="/other">x</a>');
    expect(page).toMatchObject({
      url: `${server.url}/docs/Refund%20policy.html`,
      mediaType: 'text/html; charset=utf-8',
      fileName: 'Refund policy.html',
    });
    expect(paths).toEqual(['/start', '/docs/Refund%20policy.html']);
  });

  it('takes the name that the server gives, without its folders', async () => {
    const server = await serve((_request, response) =>
      response.writeHead(200, { 'content-disposition': 'attachment; filename="../../etc/a.pdf"' }).end('x'),
    );
    expect((await fetchFrom([server.port])(server.url, never)).fileName).toBe('a.pdf');
  });

  it('ignores proxies that the environment names', async () => {
    const server = await serve((_request, response) => response.end('direct'));
    process.env.HTTP_PROXY = 'http://127.0.0.1:1';
    try {
      expect((await fetchFrom([server.port])(server.url, never)).bytes.byteLength).toBe(6);
    } finally {
      delete process.env.HTTP_PROXY;
    }
  });

  it('says what came back', async () => {
    const server = await serve((_request, response) => response.writeHead(404).end());
    const error = fetchFrom([server.port])(`${server.url}/x`, never);
    await expect(error).rejects.toMatchObject({
      ...unreachable,
      detail: `${server.url}/x could not be fetched. It answers 404 Not Found`,
    });
  });

  it('gives up after five redirects', async () => {
    const server = await serve((_request, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(fetchFrom([server.port])(server.url, never)).rejects.toMatchObject(unreachable);
    expect(server.connections()).toBeLessThanOrEqual(6);
  });

  it.each([
    ['states', (body: Buffer) => ({ body, headers: { 'content-length': String(body.byteLength) } })],
    ['does not state', (body: Buffer) => ({ body, headers: {} })],
    ['compresses', (body: Buffer) => ({ body: gzipSync(body), headers: { 'content-encoding': 'gzip' } })],
  ])('refuses a body whose size it %s', async (_how, pack) => {
    const server = await serve((_request, response) => {
      const { body, headers } = pack(Buffer.alloc(5_000_000, 'x'));
      response.writeHead(200, headers).write(body);
      response.end();
    });
    await expect(fetchFrom([server.port])(server.url, never)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  });

  it('gives up on a server that answers nothing, refuses, or breaks off', async () => {
    const silent = await serve(() => {});
    const timeouts = { idleMilliseconds: 5_000, totalMilliseconds: 100 };
    await expect(fetchFrom([silent.port], { timeouts })(silent.url, never)).rejects.toMatchObject(unreachable);
    const broken = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      response.destroy();
    });
    await expect(fetchFrom([broken.port])(broken.url, never)).rejects.toMatchObject(unreachable);
    servers.splice(0).forEach((server) => {
      server.closeAllConnections();
      server.close();
    });
    await expect(fetchFrom([broken.port])(broken.url, never)).rejects.toMatchObject(unreachable);
  });

  it('stops with the reason of the signal', async () => {
    const server = await serve(() => {});
    const stop = new AbortController();
    const fetching = fetchFrom([server.port])(server.url, stop.signal);
    stop.abort(new Error('enough'));
    await expect(fetching).rejects.toThrow('enough');
  });
});
