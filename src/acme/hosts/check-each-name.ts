import type { CheckResult, Served } from './certificate-host.js';
import { servedSerial, type TlsAddress } from './served-serial.js';

/** Asks for each of the names, because each of them can be served from elsewhere; the first that differs is the answer. */
export async function checkEachName(
  certificate: Served,
  addressOf: (name: string) => TlsAddress,
): Promise<CheckResult> {
  for (const name of certificate.names) {
    const served = await servedSerial(name, addressOf(name));
    if (served !== certificate.serial) return { served };
  }
  return 'served';
}
