import type { CookieSerializeOptions } from '@fastify/cookie';
import type { HttpConfig } from '../config/http.config.js';

/** The name and the attributes of a cookie. */
export interface HostCookie {
  name: string;
  options: CookieSerializeOptions;
}

/**
 * A cookie that scripts cannot read and that cross-site POST requests do not carry. With https its prefix binds it to this host, path
 * and https (draft-ietf-httpbis-rfc6265bis section 4.1.3.2).
 */
export function hostCookie({ publicUrl }: Pick<HttpConfig, 'publicUrl'>, name: string): HostCookie {
  const secure = publicUrl.protocol === 'https:';
  return {
    name: secure ? `__Host-${name}` : name,
    options: { httpOnly: true, sameSite: 'lax', path: '/', secure },
  };
}
