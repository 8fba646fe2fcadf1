import { randomUUID } from 'node:crypto';
import { isUnencrypted } from '../../common/config/start-warnings.js';
import type { Check } from '../check.js';
import { NothingToCheck } from '../facts.js';
import { describeFetchError } from '../fetch-error.js';
import { apiUrlOf, functionVariables } from '../trigger-function.js';

/** Milliseconds that Cognito waits for the trigger. */
const timeout = 5000;

/** Asks as the migration Lambda does, for an address that nobody has. From this machine: the function may have another route. */
export const functionReachability: Check = {
  id: 'function.reachability',
  area: 'function',
  atStart: false,
  async find(facts) {
    const variables = await functionVariables(facts);
    const url = apiUrlOf(variables);
    const token = variables.MIGRATION_ACCESS_TOKEN?.trim();
    if (url === undefined || isUnencrypted(url) || !token)
      throw new NothingToCheck('the function has no safe URL or no token');
    const answer = await ask(url, token);
    if (answer === 'unknown user') return undefined;
    return {
      severity: 'error',
      title: `POST /aws/auth at ${url.host}, where the migration Lambda asks, does not answer for an unknown user: ${answer}.`,
      effect: 'If the function gets no answer within 5 s either, no legacy user can migrate.',
      remedy: `curl -i -m 5 -X POST ${url.origin}${pathOf(url)} # 401 without a token is right; else repair address, proxy or firewall`,
      changeable: true,
    };
  },
};

const pathOf = ({ pathname }: URL): string => `${pathname.replace(/\/+$/, '')}/aws/auth`;

async function ask(url: URL, token: string): Promise<string> {
  const email = `usher-doctor-${randomUUID()}@example.invalid`;
  try {
    const response = await fetch(`${url.origin}${pathOf(url)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: randomUUID(), access_token: token }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      return `status ${response.status}`;
    }
    const body = (await response.json()) as { user_exists?: unknown } | null;
    return body?.user_exists === false ? 'unknown user' : 'another answer than that of Usher';
  } catch (error) {
    return describeFetchError(error);
  }
}
