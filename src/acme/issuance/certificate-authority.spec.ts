import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createAuthority } from '../../../test/support/builders/certificates.js';
import { fetchRenewalInfo, renewalIdentifier } from './certificate-authority.js';

/** RFC 9773, appendix A. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;

it('renewalIdentifier returns the identifier of the example in RFC 9773', () => {
  expect(renewalIdentifier(certificate)).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
});

it('fetchRenewalInfo succeeds at a CA that resets every connection at its second request', async () => {
  const used = new Set<Socket>();
  const { key, chain: cert } = await (await createAuthority()).issue(['127.0.0.1']);
  const server = createServer({ key, cert }, (request, response) => {
    if (used.has(request.socket)) return void request.socket.destroy();
    used.add(request.socket);
    const window = { start: '2026-01-01T00:00:00Z', end: '2026-01-02T00:00:00Z' };
    const body = request.url === '/dir' ? { renewalInfo: `${url}/renewal` } : { suggestedWindow: window };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), 'usher-ca-'));
  const caBundle = join(folder, 'ca.pem');
  await writeFile(caBundle, cert);
  try {
    const info = await fetchRenewalInfo({ directoryUrl: `${url}/dir`, caBundle }, 'any.identifier');
    expect(info?.window.start).toEqual(new Date('2026-01-01T00:00:00Z'));
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
});
