import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { freePort } from '../../../apps/local-stack/src/ports.js';
import { createAuthority } from '../builders/certificates.js';

/** Let's Encrypt's test server, which validates challenges at the API, and a name server that resolves all names to this machine. */
export interface Pebble {
  directoryUrl: string;
  /** A file with the CA of the directory's TLS certificate. */
  caBundle: string;
  /** The output so far. */
  lines(): string[];
  stop(): Promise<void>;
}

/** In Debian's package `pebble`. */
export const isPebbleInstalled = (): boolean => spawnSync('pebble', ['-h']).error === undefined;

/** `describe` for tests that need pebble. Reports once per file if it is not installed. */
export const describeWithPebble = isPebbleInstalled() ? describe : skipLoudly();

function skipLoudly(): typeof describe.skip {
  process.stderr.write('SKIPPED: everything about issuing certificates, because pebble is not installed.\n');
  return describe.skip;
}

interface Options {
  /** The port of HTTP challenges. */
  httpPort: number;
  /** Percentage of requests that pebble refuses for their nonce, so that clients retry. Default: 5. */
  refusedNonces?: number;
}

export async function startPebble({ httpPort, refusedNonces = 5 }: Options): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-pebble-'));
  const [listen, management, dns, dnsManagement] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const { key, chain: certificate } = await (await createAuthority()).issue(['127.0.0.1']);
  const path = (name: string) => join(folder, name);
  await writeFile(path('key.pem'), key);
  await writeFile(path('cert.pem'), certificate);
  const config = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: `127.0.0.1:${management}`,
    ...{
      certificate: path('cert.pem'),
      privateKey: path('key.pem'),
      httpPort,
      tlsPort: 1,
      ocspResponderURL: '',
      // Ninety days, as at Let's Encrypt.
      certificateValidityPeriod: 7_776_000,
    },
    externalAccountBindingRequired: false,
  };
  await writeFile(path('config.json'), JSON.stringify({ pebble: config }));
  const names = run('pebble-challtestsrv', [
    ...['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${dnsManagement}`],
    ...['-http01', '', '-https01', '', '-tlsalpn01', ''],
    ...['-defaultIPv4', '127.0.0.1', '-defaultIPv6', ''],
  ]);
  const pebble = run('pebble', ['-config', path('config.json'), '-dnsserver', `127.0.0.1:${dns}`], {
    // By default the VA waits up to fifteen seconds before a validation.
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_WFE_NONCEREJECT: String(refusedNonces),
  });
  const directoryUrl = `https://127.0.0.1:${listen}/dir`;
  await untilAnswers(directoryUrl, certificate);
  return {
    directoryUrl,
    caBundle: path('cert.pem'),
    lines: pebble.lines,
    stop: async () => {
      await Promise.all([pebble.stop(), names.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function run(command: string, args: string[], environment: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const exited = once(child, 'exit');
  return {
    lines: () => output.join('').split('\n'),
    stop: async () => {
      child.kill();
      await exited;
    },
  };
}

async function untilAnswers(url: string, ca: string): Promise<void> {
  for (const endsAt = Date.now() + 10_000; ;) {
    const status = await new Promise<number>((resolve) => {
      get(url, { ca }, (response) => resolve(response.resume().statusCode ?? 0)).on('error', () =>
        resolve(0),
      );
    });
    if (status === 200) return;
    if (Date.now() > endsAt) throw new Error('pebble does not answer');
  }
}
