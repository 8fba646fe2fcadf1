import { type AttributeMapping, isCustomAttribute, readAttributeMapping } from './attribute-mapping.js';

/** The configuration of the Lambda; also its injection token. */
export class Configuration {
  /** The URL of `POST /aws/auth`. */
  readonly authUrl: URL;
  readonly accessToken: string;
  /** The pool attribute for the legacy id; undefined when switched off. */
  readonly legacyIdAttribute: string | undefined;
  readonly attributeMapping: AttributeMapping;
}

/** One line per error. A line names the variable but not its value, because the text is logged. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: string[]) {
    super(['The migration Lambda cannot start:', ...problems].join('\n  '));
  }
}

type Environment = Record<string, string | undefined>;

const PLACEHOLDER = /^(change[-_ ]?me|replace[-_ ]?me|placeholder|todo|x{3,}|your[-_ ].*|<.*>)$/i;

export function readConfiguration(environment: Environment = process.env): Configuration {
  const authUrl = readAuthUrl(environment.MIGRATION_API_URL?.trim());
  const accessToken = readAccessToken(environment.MIGRATION_ACCESS_TOKEN?.trim());
  const legacyIdAttribute = readLegacyIdAttribute(environment.LEGACY_ID_ATTRIBUTE?.trim());
  const attributeMapping = readUserAttributes(environment.USER_ATTRIBUTES, legacyIdAttribute);
  if (
    authUrl instanceof Problem ||
    accessToken instanceof Problem ||
    legacyIdAttribute instanceof Problem ||
    attributeMapping instanceof Problem
  ) {
    const all = [authUrl, accessToken, legacyIdAttribute, attributeMapping];
    throw new ConfigurationError(all.flatMap((value) => (value instanceof Problem ? value.texts : [])));
  }
  return { authUrl, accessToken, legacyIdAttribute, attributeMapping };
}

class Problem {
  readonly texts: string[];

  constructor(...texts: string[]) {
    this.texts = texts;
  }
}

function readAuthUrl(base: string | undefined): URL | Problem {
  if (!base)
    return new Problem(
      'MIGRATION_API_URL is missing: the address of the API, such as https://api.example.com',
    );
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base)) {
    return new Problem('MIGRATION_API_URL must be an address that begins with https:// or http://');
  }
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/aws/auth`;
  return url;
}

function readAccessToken(token: string | undefined): string | Problem {
  if (!token) return new Problem('MIGRATION_ACCESS_TOKEN is missing: one of the tokens that the API accepts');
  if (PLACEHOLDER.test(token)) return new Problem('MIGRATION_ACCESS_TOKEN still holds a placeholder');
  return token;
}

function readLegacyIdAttribute(name = 'custom:rails_app_id'): string | undefined | Problem {
  if (name === '') return undefined;
  if (isCustomAttribute(name)) return name;
  return new Problem('LEGACY_ID_ATTRIBUTE must be a custom attribute, such as custom:rails_app_id, or empty');
}

function readUserAttributes(
  text = '',
  legacyIdAttribute: string | undefined | Problem,
): AttributeMapping | Problem {
  const mapping = readAttributeMapping(
    text,
    legacyIdAttribute instanceof Problem ? undefined : legacyIdAttribute,
  );
  return Array.isArray(mapping)
    ? new Problem(...mapping.map((problem) => `USER_ATTRIBUTES: ${problem}`))
    : mapping;
}
