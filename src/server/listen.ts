import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { AppError } from '../domain/errors.ts';
import type { Application } from './app.ts';
import { problemResponse } from './problem.ts';
import type { Log } from './server-deps.ts';

interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly publicUrl: string | null;
  readonly log: Pick<Log, 'warn' | 'info'>;
  /** Milliseconds that requests have to end after their final events, before their connections are cut. */
  readonly closeGraceMilliseconds?: number;
}

export interface RunningServer {
  /** The address to open in a browser on this machine, without a slash at the end; the public one where it is set. */
  readonly url: string;
  readonly port: number;
  /**
   * Stops accepting, ends running answers with their final event, waits for requests to end, then cuts what is left.
   * A second call gets the same promise.
   */
  stop(): Promise<void>;
}

/** Starts serving. Throws PORT_IN_USE or CONFIGURATION_INVALID (an address that is not this machine's, a port that needs rights). */
export async function listen(application: Application, options: ListenOptions): Promise<RunningServer> {
  const { host, log, closeGraceMilliseconds = 5_000 } = options;
  const server = createNodeServer(application);
  server.listen(options.port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw listenError(error, options);
  });
  const port = portOf(server);
  let stopped: Promise<void> | null = null;
  return {
    port,
    url: options.publicUrl?.replace(/\/+$/, '') ?? `http://${browserHost(host)}:${port}`,
    stop: () => {
      stopped ??= stop(server, application, closeGraceMilliseconds).then((cut) => {
        if (cut > 0) log.warn({ connections: cut }, 'connections were cut because they did not end');
      });
      return stopped;
    },
  };
}

function createNodeServer({ app }: Application): Server {
  const listener = getRequestListener((request, bindings) => app.fetch(request, bindings), {
    // What cannot be read as a request at all never reaches the application.
    errorHandler: (error) =>
      problemResponse(
        new AppError('INVALID_REQUEST', 'The request line or its headers are malformed.', { cause: error }),
        { requestId: '', baseUrl: '' },
      ),
  });
  const server = createServer(
    { headersTimeout: 20_000, keepAliveTimeout: 65_000, requestTimeout: 300_000 },
    (incoming, outgoing) => {
      void listener(incoming, outgoing);
    },
  );
  return server;
}

/** Returns how many connections had to be cut. */
async function stop(server: Server, application: Application, graceMilliseconds: number): Promise<number> {
  const closed = once(server, 'close');
  server.close();
  await application.stop();
  // A connection whose last response ends only now would stay open for another request.
  const sweeper = setInterval(() => server.closeIdleConnections(), 20);
  let cut = 0;
  const timer = setTimeout(() => {
    server.getConnections((_error, count) => {
      cut = count;
    });
    server.closeAllConnections();
  }, graceMilliseconds);
  await closed;
  clearInterval(sweeper);
  clearTimeout(timer);
  return cut;
}

function listenError(error: unknown, { host, port }: ListenOptions): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return new AppError(
      'PORT_IN_USE',
      `Port ${port} on ${host} is taken. Start with PORT=${port < 65_535 ? port + 1 : 0}, or stop the program that holds it.`,
      { cause: error },
    );
  const received = code === 'EACCES' ? `${port}, which needs rights that this user lacks` : `${host}:${port}`;
  return new AppError('CONFIGURATION_INVALID', `The server cannot listen on ${host}:${port}.`, {
    errors: [{ field: code === 'EACCES' ? 'PORT' : 'HOST', expected: 'an address and port of this machine', received }],
    cause: error,
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** A browser cannot open the address that stands for all of them. */
function browserHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
