import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import acme from 'acme-client';
import { type HttpAnswer, problemIn } from './acme-problem.js';

/** Milliseconds for one answer of the CA, and bytes. */
const timeout = 30_000;
const longestAnswer = 1_000_000;

/** The file with further CAs that the HTTP client was prepared with. */
let preparedWith: { caBundle: string | undefined } | undefined;

/**
 * Prepares acme-client's one HTTP client for everybody in the process: refusals become `AcmeProblem`, and an outage is not waited
 * out here, because what is under way is written down and tried again later.
 * @param caBundle a PEM file with further CAs @throws Error when it cannot be read
 */
export function prepareAcmeClient(caBundle: string | undefined): void {
  if (preparedWith && preparedWith.caBundle === caBundle) return;
  const { defaults, interceptors } = acme.axios;
  const ca = caBundle === undefined ? undefined : [...rootCertificates, readFileSync(caBundle, 'utf8')];
  defaults.httpsAgent = new Agent({ keepAlive: true, ...(ca && { ca }) });
  if (!preparedWith) {
    Object.assign(defaults, { timeout, maxContentLength: longestAnswer, maxRedirects: 0 });
    // Theirs retries within the call, waits as long as the CA says, and loses the reason of an outage.
    interceptors.response.clear();
    interceptors.response.use((response) => response, answerOf);
  }
  preparedWith = { caBundle };
}

/** acme-client has every answer come as an error, and judges the status itself. */
function answerOf(error: { response?: HttpAnswer; code?: string }): HttpAnswer {
  const { response, code = 'no answer' } = error;
  if (!response) throw new Error(`The CA does not answer (${code})`);
  const problem = problemIn(response);
  if (problem) throw problem;
  return response;
}
