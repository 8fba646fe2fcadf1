import { isUnencrypted } from '../../common/config/start-warnings.js';
import type { Check } from '../check.js';
import { apiUrlOf, functionVariables, setFunctionVariable } from '../trigger-function.js';

/** Titles name the host only: a URL can hold a password. */
export const functionApiUrl: Check = {
  id: 'function.api_url',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { publicUrl, isPublicUrlSet } = facts.settings('http');
    const url = apiUrlOf(await functionVariables(facts));
    const right = isPublicUrlSet ? publicUrl.href.replace(/\/$/, '') : 'https://auth.example.com';
    const remedy = await setFunctionVariable(facts, 'MIGRATION_API_URL', right);
    const changeable = true;
    if (url === undefined)
      return {
        severity: 'error',
        title: 'MIGRATION_API_URL of the migration Lambda is missing, or no http(s) URL.',
        effect: 'The function does not start: no legacy user can migrate.',
        ...{ remedy, changeable },
      };
    // A name without a domain is one of a container network, which AWS does not resolve.
    if (/^[\w-]+$/.test(url.hostname) && url.hostname !== 'localhost') return undefined;
    if (isUnencrypted(url))
      return {
        severity: 'error',
        title: `The migration Lambda sends passwords to ${url.host} over http.`,
        effect: 'Whoever can read the network between Lambda and Usher reads passwords and the access token.',
        ...{ remedy, changeable },
      };
    if (!isPublicUrlSet || url.host === publicUrl.host) return undefined;
    return {
      severity: 'warning',
      title: `The migration Lambda asks ${url.host}, and PUBLIC_URL is ${publicUrl.host}.`,
      effect:
        'If the host is no other address of this Usher, legacy users are looked up in another installation and refused.',
      ...{ remedy, changeable },
    };
  },
};
