import { pageLink, plainName } from '#mails';

/** What the texts of Cognito's messages need. */
export interface MessageSettings {
  /** The name of the application. */
  appName: string;
  /** The hosted page that takes a reset code; `undefined` without PUBLIC_URL. */
  resetLink: string | undefined;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads `APP_NAME` and `PUBLIC_URL`, and none of the variables of the migration. Not to be called at the start: the first
 * regular expression with Unicode properties takes milliseconds.
 * @returns the settings, or why there are none: names a variable but not its value, because the text is logged
 */
export function readMessageSettings(environment: Environment = process.env): MessageSettings | string {
  const address = environment.PUBLIC_URL?.trim() ?? '';
  if (address !== '' && !(/^https?:\/\//i.test(address) && URL.canParse(address)))
    return 'PUBLIC_URL must be an address that begins with https:// or http://';
  const publicUrl = address === '' ? undefined : new URL(address);
  const appName = plainName(environment.APP_NAME ?? '') || hostName(publicUrl);
  if (appName === '') return 'neither APP_NAME nor PUBLIC_URL is set';
  return { appName, resetLink: publicUrl && pageLink(publicUrl, '/reset') };
}

/** As the API's default of APP_NAME. */
const hostName = (url: URL | undefined): string =>
  url?.hostname.replace(/[[\]]/g, '').replaceAll(':', '.') ?? '';
