import type { Certificate } from '../acme/certificates.js';
import { problemOfCertificates } from '../platform/crypto/pem-certificates.js';
import { checkName } from '../platform/names/names.js';
import { visible } from '../platform/names/visible.js';

/** As certificates have it, however it was typed; `undefined` for what is no name at all. */
export const nameOf = (typed: string): string | undefined =>
  checkName(typed, { allowSpecialNames: true }).name;

/** What an operator can do about a chain that is none, as when somebody has edited the table; `undefined` for one that is. */
export function brokenChain({ chain, names: [name] }: Certificate): string | undefined {
  const problem = chain === null ? undefined : problemOfCertificates(chain);
  if (problem === undefined) return undefined;
  return `the chain in the database is none (${problem}); "usher certificates renew ${name}" gets another one`;
}

/** How far one is, in a line. */
export function lineOf(certificate: Certificate): string {
  const { names, serial, servedSerial, step, stepAt, wantedAt } = certificate;
  const parts = [
    state(certificate),
    ...(serial !== null && servedSerial === serial ? ['served by the host'] : []),
    ...(step === null ? [] : [`${step} since ${minute(stepAt)}`]),
    ...failure(certificate),
    ...(Date.now() - wantedAt.getTime() > forgottenMs ? ['no longer in ACME_CERTIFICATES'] : []),
  ];
  return `${names.join(', ')}: ${parts.join('; ')}`;
}

/** Longer than the configuration is asked; what it no longer names is left to expire. */
const forgottenMs = 24 * 3600_000;

function failure({ failures, lastError, nextOrderAt, nextDeploymentAt }: Certificate): string[] {
  if (lastError === null) return [];
  const next = nextOrderAt > nextDeploymentAt ? nextOrderAt : nextDeploymentAt;
  // In a CA's words, which shall not move the cursor.
  return [`failed ${failures} times, last: ${visible(lastError, 500)}; next try ${minute(next)}`];
}

function state(certificate: Certificate): string {
  const { chain, notAfter, renewAt } = certificate;
  if (chain === null) return 'not issued yet';
  return brokenChain(certificate) ?? `valid until ${date(notAfter)}, renewed about ${date(renewAt)}`;
}

const minute = (time: Date | null): string =>
  time === null ? 'unknown' : `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const date = (time: Date | null): string => time?.toISOString().slice(0, 10) ?? 'unknown';
