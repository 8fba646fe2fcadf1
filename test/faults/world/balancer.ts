import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One address for all processes of the API. */
export interface Balancer {
  url: string;
  close(): Promise<void>;
}

/** Forwards each connection to the next process that accepts it. */
export async function startBalancer(urls: () => string[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const join = async (near: Socket) => {
    const candidates = urls();
    turn += 1;
    for (let index = 0; index < candidates.length; index += 1) {
      const { hostname, port } = new URL(candidates[(turn + index) % candidates.length] ?? '');
      const far = connect(Number(port), hostname);
      const isTaken = await once(far, 'connect').then(
        () => true,
        () => false,
      );
      if (!isTaken) continue;
      sockets.add(far.once('close', () => sockets.delete(far)));
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
      near.on('error', () => far.destroy()).on('close', () => far.destroy());
      near.pipe(far).pipe(near);
      return;
    }
    near.destroy();
  };
  const server = createServer((near) => {
    near.on('error', () => near.destroy());
    sockets.add(near.once('close', () => sockets.delete(near)));
    void join(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
