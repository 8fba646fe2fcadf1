/** One http-01 challenge: a CA asks for the token, and is answered with the key authorization (RFC 8555 section 8.3). */
export interface Challenge {
  token: string;
  keyAuthorization: string;
}

/** Base64url without padding (RFC 8555 section 8.1); CAs use 22 to 43 characters, and 128 bits are the least. */
const token = /^[\w-]{22,128}$/;

/** A SHA-256 thumbprint of the account's key, in base64url (RFC 8555 section 8.1, RFC 7638). */
const thumbprint = /^[\w-]{43}$/;

export const isToken = (text: string): boolean => token.test(text);

/** The token, a dot and the thumbprint. One that begins with another token would answer somebody else's challenge. */
export const isKeyAuthorizationOf = (forToken: string, text: string): boolean =>
  text.startsWith(`${forToken}.`) && thumbprint.test(text.slice(forToken.length + 1));
