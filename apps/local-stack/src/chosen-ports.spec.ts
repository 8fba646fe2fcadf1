import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { choosePorts } from './chosen-ports.js';

describe('choosePorts', () => {
  let occupied: Server;
  let taken: number;

  beforeEach(async () => {
    occupied = createServer().listen(0, '127.0.0.1');
    await once(occupied, 'listening');
    taken = (occupied.address() as AddressInfo).port;
  });

  afterEach(() => {
    occupied.close();
  });

  it('refuses a PORT that is in use and one that is not a port number', async () => {
    await expect(choosePorts({ PORT: String(taken) }, () => undefined)).rejects.toThrow(
      `Nothing can listen on port ${taken}, which PORT asks for`,
    );
    for (const PORT of ['80a', '-1', '65536', '3000.5']) {
      await expect(choosePorts({ PORT }, () => undefined)).rejects.toThrow(
        'PORT must be a number from 0 to 65535.',
      );
    }
  });

  it('uses the requested port when it is free, and any free port for 0', async () => {
    occupied.close();
    await once(occupied, 'close');
    expect((await choosePorts({ PORT: String(taken) }, () => undefined)).api).toBe(taken);
    expect((await choosePorts({ PORT: '0' }, () => undefined)).api).toBeGreaterThan(0);
  });

  it('uses the ports of the last start again, before the default ones', async () => {
    const silent = () => {
      throw new Error('A port is taken.');
    };
    const last = await choosePorts({ PORT: '0' }, () => undefined);
    expect(await choosePorts({}, silent, last)).toEqual(last);
    expect(await choosePorts({ PORT: String(last.api) }, silent, { ...last, api: taken })).toEqual(last);
  });

  it('gives each part a port of its own', async () => {
    occupied.close();
    await once(occupied, 'close');
    const kept = { database: taken, smtp: taken };
    const { database, smtp } = await choosePorts({ PORT: '0' }, () => undefined, kept);
    expect(database).toBe(taken);
    expect(smtp).not.toBe(taken);
  });

  it('uses another port if the one of the last start is in use, and reports it', async () => {
    const notes: string[] = [];
    const { api } = await choosePorts({}, (note) => notes.push(note), { api: taken });
    expect(api).not.toBe(taken);
    expect(notes).toContain(`Port ${taken} is taken; the API gets ${api}.`);
  });

  it('uses other ports when the default ports are in use, and reports them', async () => {
    // The default ports are in use now, by this test or by another process.
    const usual = [3000, 5433, 8025, 1025, 9001, 9229];
    const servers = usual.map((port) =>
      createServer()
        .on('error', () => undefined)
        .listen(port, '127.0.0.1'),
    );
    await Promise.all(
      servers.map((server) =>
        Promise.race([once(server, 'listening'), once(server, 'error')]).catch(() => undefined),
      ),
    );
    const notes: string[] = [];
    const ports = await choosePorts({}, (note) => notes.push(note));
    for (const server of servers) server.close();
    expect(notes).toHaveLength(usual.length);
    expect(notes[0]).toBe(`Port 3000 is taken; the API gets ${ports.api}.`);
    expect(Object.values<number>({ ...ports }).filter((port: number) => usual.includes(port))).toEqual([]);
    expect(new Set(Object.values(ports)).size).toBe(usual.length);
  });
});
