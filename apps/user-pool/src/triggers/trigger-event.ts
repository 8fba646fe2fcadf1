import type { Context } from '../context.js';
import type { Client, Pool } from '../state/records.js';

/** Members of all trigger events. (Developer guide, Common Lambda trigger parameters) */
export function triggerEvent(
  context: Context,
  { pool, client }: { pool: Pool; client: Client | undefined },
  triggerSource: string,
  userName: string,
) {
  return {
    version: '1',
    triggerSource,
    region: pool.id.split('_')[0],
    userPoolId: pool.id,
    userName,
    callerContext: {
      awsSdkVersion: sdkVersion(context.userAgent),
      clientId: client?.id ?? 'CLIENT_ID_NOT_APPLICABLE',
    },
  };
}

/** `aws-sdk-js/3.1169.0 ua/2.1 …` becomes `aws-sdk-js-3.1169.0`. */
const sdkVersion = (userAgent: string): string =>
  /^(aws-sdk-[\w-]+)\/([\w.]+)/.exec(userAgent)?.slice(1).join('-') ?? 'aws-sdk-unknown-unknown';
