import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import { systemErrorCode } from '../../common/errors/system-error-code.js';
import type { Check, Problem } from '../check.js';
import { NotChecked, NothingToCheck } from '../facts.js';

const dayMs = 86_400_000;

/** Renewal begins with a third of the lifetime left, so that many attempts have failed. */
const warningDays = 14;

/** Milliseconds. */
const timeout = 5000;

/** What a browser on this machine would see. */
export const servedCertificate: Check = {
  id: 'certificates.served',
  area: 'certificates',
  atStart: false,
  async find(facts) {
    const { publicUrl, isPublicUrlSet } = facts.settings('http');
    if (!isPublicUrlSet || publicUrl.protocol !== 'https:')
      throw new NothingToCheck('PUBLIC_URL is no https URL');
    const { certificate, refusal } = await readCertificate(publicUrl);
    const daysLeft = (Date.parse(certificate.valid_to) - Date.now()) / dayMs;
    const isManaged = facts.settings('acme').certificates.flat().includes(publicUrl.hostname);
    const remedy = isManaged
      ? `usher certificates renew ${publicUrl.hostname}`
      : `certbot renew --cert-name ${publicUrl.hostname} # or what else issues the certificate`;
    if (refusal !== undefined)
      return {
        severity: 'error',
        title: `Clients refuse the certificate of ${publicUrl.host} (${refusal}).`,
        effect:
          'Browsers show a warning instead of the sign-in, and the migration Lambda does not connect. (A private CA must be in NODE_EXTRA_CA_CERTS.)',
        ...{ remedy, changeable: true },
      };
    if (daysLeft >= warningDays) return undefined;
    return {
      severity: 'warning',
      title: `The certificate of ${publicUrl.host} expires in ${Math.floor(daysLeft)} days.`,
      effect: 'After that nobody can sign in with a browser, and the migration Lambda does not connect.',
      ...{ remedy, changeable: true },
    };
  },
};

interface Served {
  certificate: PeerCertificate;
  /** Why a client refuses it. */
  refusal: string | undefined;
}

/** @throws NotChecked without a TLS server; `edge.reachable` reports that */
function readCertificate({ hostname, port }: URL): Promise<Served> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    // Refused certificates must be seen too. No data is sent.
    const socket = connect({ host, port: Number(port || 443), ...name, rejectUnauthorized: false });
    const fail = (reason: string) => {
      reject(new NotChecked(`${host} serves no TLS (${reason})`));
      socket.destroy();
    };
    const timer = setTimeout(() => fail('no answer within 5 s'), timeout);
    socket.once('secureConnect', () => {
      resolve(judge(socket, host));
      socket.destroy();
    });
    socket.on('error', (error: Error) => fail(systemErrorCode(error) ?? error.name));
    socket.once('close', () => clearTimeout(timer));
  });
}

function judge(socket: TLSSocket, host: string): Served {
  const certificate = socket.getPeerCertificate();
  const untrusted = socket.authorized ? undefined : String(socket.authorizationError);
  return {
    certificate,
    refusal: untrusted ?? (checkServerIdentity(host, certificate) && 'it has another name'),
  };
}

interface Row {
  names: string;
  failures: number;
  lastError: string | null;
  notAfter: Date | null;
}

const stored = `
  SELECT array_to_string(names, ',') AS names, failures, last_error AS "lastError", not_after AS "notAfter" FROM usher.certificates`;

/** The certificates of ACME_CERTIFICATES. */
export const acmeCertificates: Check = {
  id: 'certificates.acme',
  area: 'certificates',
  atStart: true,
  async find(facts) {
    const { certificates } = facts.settings('acme');
    if (certificates.length === 0) throw new NothingToCheck('ACME_CERTIFICATES is not set');
    const rows = await facts.query<Row>(stored);
    return certificates.flatMap((names) => {
      const row = rows.find((known) => known.names === names.join()) ?? {
        ...{ names: names.join(), failures: 0, lastError: null, notAfter: null },
      };
      return problemOf(row, names[0] ?? '') ?? [];
    });
  },
};

function problemOf({ failures, lastError, notAfter }: Row, name: string): Problem | undefined {
  const hasExpired = notAfter !== null && notAfter.getTime() < Date.now();
  // At the first start it is being ordered.
  if (failures === 0 && !hasExpired && notAfter !== null) return undefined;
  const reason = lastError === null ? '' : `: ${lastError.replace(/\.$/, '')}`;
  const what =
    notAfter === null ? 'has not been issued' : hasExpired ? 'has expired' : 'could not be renewed';
  return {
    severity: hasExpired ? 'error' : 'warning',
    title: `The certificate for ${name} ${what}${failures > 0 ? ` after ${failures} attempts${reason}` : ''}.`,
    effect: 'Without a valid certificate browsers show a warning instead of the sign-in.',
    remedy:
      notAfter === null
        ? `usher certificates preflight ${name} && usher certificates issue`
        : `usher certificates preflight ${name} && usher certificates renew ${name}`,
    changeable: true,
  };
}
