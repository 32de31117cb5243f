import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Gate extends AsyncDisposable {
  readonly port: number;
  open(): void;
  /** Cuts what goes through, and lets nobody in, as a server does that is killed. */
  shut(): void;
}

/** A port of this machine through which a server is reached while the gate is open; it begins shut. */
export async function startGate(target: { readonly host: string; readonly port: number }): Promise<Gate> {
  const sockets = new Set<Socket>();
  let isOpen = false;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  };
  const server = createServer((incoming) => {
    track(incoming);
    if (!isOpen) return void incoming.destroy();
    const outgoing = connect(target);
    track(outgoing);
    incoming.pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shut = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    open: () => {
      isOpen = true;
    },
    shut,
    async [Symbol.asyncDispose]() {
      shut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
