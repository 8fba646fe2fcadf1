import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Challenge } from '../../../src/acme/challenge.service.js';
import type { PreflightSettings } from '../../../src/acme/preflight.js';
import { type DnsServer, startDnsServer, type Zone } from './dns-server.js';
import { listenTogether } from './web-servers.js';

/** A token of 128 bits and a thumbprint of 256 bits, as at a CA (RFC 8555 section 8.1). */
export const probe: Challenge = {
  token: 'probeprobeprobeprobe22',
  keyAuthorization: `probeprobeprobeprobe22.${'k'.repeat(43)}`,
};

export const probePath = `/.well-known/acme-challenge/${probe.token}`;

/** Responds like Usher. */
export const ours: RequestListener = (request, response) => {
  if (request.url !== probePath) return void response.writeHead(404).end();
  response.setHeader('content-type', 'text/plain; charset=utf-8').end(probe.keyAuthorization);
};

export const answers =
  (status: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_request, response: ServerResponse) =>
    void response.writeHead(status, headers).end(body);

const opened: { close(): Promise<void> }[] = [];

/** Closes the servers of a test. */
export const closeWorlds = async () => void (await Promise.all(opened.splice(0).map((one) => one.close())));

/** For `closeWorlds`. */
export function opens<One extends { close(): Promise<void> }>(one: One): One {
  opened.push(one);
  return one;
}

export interface PreflightWorld {
  dns: DnsServer;
  port: number;
  settings: Partial<PreflightSettings>;
  close(): Promise<void>;
}

/** Name server and web servers of one test: DNS records, and servers by loopback address. */
export async function startPreflightWorld(
  zone: Zone,
  web: Record<string, RequestListener | Server> = {},
): Promise<PreflightWorld> {
  const dns = await startDnsServer(zone);
  const servers = Object.entries(web).map(([address, one]): [string, Server] => [
    address,
    typeof one === 'function' ? createServer(one) : one,
  ]);
  const listening = await listenTogether(Object.fromEntries(servers));
  const settings = {
    nameServers: [dns.address],
    dnsTimeoutMs: 250,
    httpPort: listening.port,
    allowPrivateAddresses: true,
  };
  const close = async () => void (await Promise.all([listening.close(), dns.close()]));
  return opens({ dns, port: listening.port, settings, close });
}
