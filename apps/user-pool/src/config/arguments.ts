import { parseArgs } from 'node:util';
import type { UserPoolOptions } from '../server.js';

export const help = `Usage: npm run user-pool -- [options]

A local stand-in for an Amazon Cognito user pool.

  --port PORT     where to listen (9229)
  --host HOST     on which address (127.0.0.1)
  --url URL       how others reach the server, when that is not http://HOST:PORT
  --data DIR      keep everything in this folder; without it nothing outlives the process
  --pools FILE    create the pools, clients and users of this JSON file when they are not there yet
  --smtp URL      send mails through this server, such as smtp://127.0.0.1:1025
  --from ADDRESS  the sender of mails
  --lambda URL    call triggers through the Lambda Invoke API at this address
  --seed TEXT     make ids and codes repeatable
  --help          this text

Any AWS credentials are accepted. Codes that were sent can be read at /_inspect/deliveries.
`;

export interface Arguments {
  help: boolean;
  pools?: string;
  options: UserPoolOptions;
}

/** An invalid argument or file, which the user can fix. */
export class UsageError extends Error {}

export function readArguments(args: string[]): Arguments {
  const values = parse(args);
  const port = Number(values.port ?? 9229);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`--port takes a number from 0 to 65535, not ${values.port}`);
  }
  for (const name of ['smtp', 'lambda', 'url'] as const) {
    const value = values[name];
    if (value !== undefined && !URL.canParse(value))
      throw new UsageError(`--${name} takes a URL, not ${value}`);
  }
  return {
    help: values.help ?? false,
    ...(values.pools !== undefined && { pools: values.pools }),
    options: {
      port,
      ...present('host', values.host),
      ...present('publicUrl', values.url),
      ...present('dataDir', values.data),
      ...present('smtpUrl', values.smtp),
      ...present('mailFrom', values.from),
      ...present('lambdaEndpoint', values.lambda),
      ...present('seed', values.seed),
    },
  };
}

const present = (name: keyof UserPoolOptions, value: string | undefined) =>
  value === undefined ? {} : { [name]: value };

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        port: text,
        host: text,
        url: text,
        data: text,
        pools: text,
        smtp: text,
        from: text,
        lambda: text,
        seed: text,
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
