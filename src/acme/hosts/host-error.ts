/**
 * refused: the host took the request and said no; the same again will be refused again.
 * unavailable: no answer, or none that counts; try again later.
 * misconfigured: somebody has to change a setting, here or at the host.
 */
export type HostErrorReason = 'refused' | 'unavailable' | 'misconfigured';

/**
 * Why a certificate did not get where it should. The message is one sentence for the log and the operator; it is made of
 * names, codes and paths only. There is no `cause`: those of `fetch` and of OpenSSL can quote what they were given.
 */
export class HostError extends Error {
  constructor(
    readonly reason: HostErrorReason,
    message: string,
  ) {
    super(message);
    this.name = 'HostError';
  }
}
