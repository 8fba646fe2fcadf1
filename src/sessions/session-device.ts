import type { FastifyRequest } from 'fastify';
import { type Language, languageOf } from '../i18n/languages.js';

/** The client of a session. */
export interface Device {
  userAgent: string | undefined;
  address: string;
  /** For mails about the session. */
  language: Language;
}

/** Characters. Browsers send about 150. */
const maxUserAgentLength = 512;

export function deviceOf({ headers, ip }: FastifyRequest): Device {
  return {
    userAgent: headers['user-agent']?.slice(0, maxUserAgentLength),
    address: ip,
    language: languageOf(headers['accept-language']),
  };
}
