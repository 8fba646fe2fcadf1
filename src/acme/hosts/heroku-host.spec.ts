import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { behavesAsCertificateHost, errorOf } from '../../../test/support/contracts/certificate-host.js';
import { createAuthority, type TestAuthority } from '../../../test/support/builders/certificates.js';
import { HerokuApi } from '../../../test/support/fakes/heroku-api.js';
import { HerokuHost, type HerokuOptions } from './heroku-host.js';

const app = 'usher-example';
const apiKey = 'HRKU-key-of-the-tests-0123456789';
const names = ['api.example.com', 'www.example.com'];
const hostnames = [...names, 'shop.example.com'];

async function startHeroku(): Promise<HerokuApi> {
  const platformCertificate = await (await createAuthority()).issue(['*.herokuapp.com']);
  return new HerokuApi({ app, apiKey, hostnames, platformCertificate }).start();
}

const hostAt = (heroku: HerokuApi, changes: Partial<HerokuOptions> = {}) =>
  new HerokuHost({ app, apiKey, baseUrl: heroku.url, checkAddress: heroku.routerAddress, ...changes });

behavesAsCertificateHost(async () => {
  const heroku = await startHeroku();
  const host = hostAt(heroku);
  const close = () => heroku.close();
  return { host, names, secrets: [apiKey], state: async () => heroku.app.state(), takeAway: close, close };
});

describe('HerokuHost', () => {
  let authority: TestAuthority;
  let heroku: HerokuApi;

  beforeAll(async () => {
    authority = await createAuthority();
  });
  beforeEach(async () => {
    heroku = await startHeroku();
  });
  afterEach(() => heroku.close());

  const changes = () => heroku.requests.filter((request) => !request.startsWith('GET'));

  it('creates one endpoint and attaches each name to it', async () => {
    const certificate = await authority.issue(names);
    await hostAt(heroku).deploy(certificate);
    expect(heroku.app.state()).toEqual([
      { id: expect.any(String), serial: certificate.serial, hostnames: names },
    ]);
    expect(changes()).toEqual([
      `POST /apps/${app}/sni-endpoints`,
      `PATCH /apps/${app}/domains/api.example.com`,
      `PATCH /apps/${app}/domains/www.example.com`,
    ]);
  });

  it('updates the endpoint when the certificate is renewed', async () => {
    const id = heroku.app.add(await authority.issue(names), names);
    const renewed = await authority.issue(names);
    await hostAt(heroku).deploy(renewed);
    expect(heroku.app.state()).toEqual([{ id, serial: renewed.serial, hostnames: names }]);
    expect(changes()).toEqual([`PATCH /apps/${app}/sni-endpoints/${id}`]);
  });

  it('changes nothing when the app has the certificate already', async () => {
    const certificate = await authority.issue(names);
    heroku.app.add(certificate, names);
    await hostAt(heroku).deploy(certificate);
    expect(changes()).toEqual([]);
  });

  it('attaches a new name to the endpoint of the other name', async () => {
    const id = heroku.app.add(await authority.issue(['api.example.com']), ['api.example.com']);
    const both = await authority.issue(names);
    await hostAt(heroku).deploy(both);
    expect(heroku.app.state()).toEqual([{ id, serial: both.serial, hostnames: names }]);
  });

  it('reuses the endpoint of an attempt that was killed before its names were attached', async () => {
    const id = heroku.app.add(await authority.issue(names), []);
    const certificate = await authority.issue(names);
    await hostAt(heroku).deploy(certificate);
    expect(heroku.app.state()).toEqual([{ id, serial: certificate.serial, hostnames: names }]);
  });

  it('prefers the endpoint that serves the names, also when its certificate has more names', async () => {
    const unused = await authority.issue(names);
    heroku.app.add(unused, []);
    const id = heroku.app.add(await authority.issue(hostnames), names);
    const certificate = await authority.issue(names);
    await hostAt(heroku).deploy(certificate);
    expect(heroku.app.state()).toEqual([
      expect.objectContaining({ serial: unused.serial, hostnames: [] }),
      { id, serial: certificate.serial, hostnames: names },
    ]);
  });

  it('does not replace an endpoint that also serves other domains, and detaches only its own names', async () => {
    const wildcard = await authority.issue(['*.example.com']);
    heroku.app.add(wildcard, hostnames);
    const certificate = await authority.issue(names);
    await hostAt(heroku).deploy(certificate);
    expect(heroku.app.state()).toEqual([
      expect.objectContaining({ serial: wildcard.serial, hostnames: ['shop.example.com'] }),
      expect.objectContaining({ serial: certificate.serial, hostnames: names }),
    ]);
  });

  it('does not replace an unattached endpoint that has other names', async () => {
    const other = await authority.issue([...names, 'shop.example.com']);
    heroku.app.add(other, []);
    await hostAt(heroku).deploy(await authority.issue(names));
    expect(heroku.app.state()).toHaveLength(2);
    expect(heroku.app.state()[0]).toMatchObject({ serial: other.serial, hostnames: [] });
  });

  it('does not replace a certificate that Heroku manages', async () => {
    const managed = await authority.issue(names);
    heroku.app.add(managed, names, true);
    const certificate = await authority.issue(names);
    await hostAt(heroku).deploy(certificate);
    expect(heroku.app.state()).toEqual([
      expect.objectContaining({ serial: managed.serial, hostnames: [] }),
      expect.objectContaining({ serial: certificate.serial, hostnames: names }),
    ]);
  });

  it('reads all pages of a list', async () => {
    heroku.app.pageSize = 1;
    for (const name of hostnames) heroku.app.add(await authority.issue([name]), [name]);
    await hostAt(heroku).deploy(await authority.issue(['shop.example.com']));
    expect(heroku.app.state()).toHaveLength(3);
    expect(heroku.requests.filter((request) => request === `GET /apps/${app}/domains`)).toHaveLength(3);
  });

  it('changes nothing when a name is not a domain of the app, and names it in the error', async () => {
    const error = await errorOf(hostAt(heroku).deploy(await authority.issue([...names, 'no.example.com'])));
    expect(error.reason).toBe('misconfigured');
    expect(error.message).toBe('no.example.com is not a domain of the Heroku app usher-example.');
    expect(changes()).toEqual([]);
  });

  it('checks every name, because each can be attached to another endpoint', async () => {
    const certificate = await authority.issue(names);
    const host = hostAt(heroku);
    await host.deploy(certificate);
    expect(await host.check(certificate)).toBe('served');
    const other = await authority.issue(['www.example.com']);
    heroku.app.add(other, ['www.example.com']);
    expect(await host.check(certificate)).toEqual({ served: other.serial });
  });
});
