import { isUnencrypted } from '../../common/config/start-warnings.js';
import type { Check } from '../check.js';
import { NothingToCheck } from '../facts.js';
import { describeFetchError } from '../fetch-error.js';

const remedy = 'PUBLIC_URL=https://auth.example.com # the address at which browsers reach Usher';

/** Not at start, where src/common/config/start-warnings.ts reports both. */
export const publicUrl: Check = {
  id: 'edge.public_url',
  area: 'edge',
  atStart: false,
  async find(facts) {
    const { publicUrl: url, isPublicUrlSet } = facts.settings('http');
    if (!isPublicUrlSet)
      return {
        severity: 'warning',
        title: 'PUBLIC_URL is not set.',
        effect:
          'Links in mails lead to localhost: nobody can confirm a sign-up. Cookies are sent without https.',
        ...{ remedy, changeable: true },
      };
    if (!isUnencrypted(url)) return undefined;
    return {
      severity: 'error',
      title: `PUBLIC_URL, ${url.host}, has no https.`,
      effect: 'Whoever can read the network reads passwords, tokens and cookies, and takes over accounts.',
      ...{ remedy, changeable: true },
    };
  },
};

/** Milliseconds. */
const timeout = 5000;

/** Not at start: the API does not listen yet. */
export const edgeReachable: Check = {
  id: 'edge.reachable',
  area: 'edge',
  atStart: false,
  async find(facts) {
    const { publicUrl: url, isPublicUrlSet } = facts.settings('http');
    if (!isPublicUrlSet) throw new NothingToCheck('PUBLIC_URL is not set');
    const live = `${url.origin}${url.pathname.replace(/\/+$/, '')}/health/live`;
    const answer = await ask(live);
    if (answer === 'live') return undefined;
    return {
      severity: 'error',
      title: `GET ${live} does not answer as Usher does: ${answer}.`,
      effect:
        'If it is not reached from elsewhere either, nobody can sign in, and links in mails lead nowhere.',
      remedy: `curl -i -m 5 ${live} # must answer 200; repair address, proxy or firewall, or PUBLIC_URL`,
      changeable: true,
    };
  },
};

async function ask(url: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    if (response.status !== 200) {
      await response.body?.cancel();
      return `status ${response.status}`;
    }
    const body = (await response.json()) as { status?: unknown } | null;
    return body?.status === 'ok' ? 'live' : 'another answer';
  } catch (error) {
    return describeFetchError(error);
  }
}
