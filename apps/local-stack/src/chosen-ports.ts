import type { Environment } from './config/environment.js';
import { freePort, isPortFree } from './ports.js';
import { StartError } from './start-error.js';

export interface ChosenPorts {
  api: number;
  database: number;
  mailPage: number;
  smtp: number;
  lambda: number;
  userPool: number;
}

const usual: Record<Exclude<keyof ChosenPorts, 'api'>, [port: number, name: string]> = {
  database: [5433, 'PostgreSQL'],
  mailPage: [8025, 'the mail page'],
  smtp: [1025, 'SMTP'],
  lambda: [9001, 'the Lambda host'],
  userPool: [9229, 'the user pool'],
};

/** Chooses the default ports, or other ones if they are in use. @throws StartError if PORT is set and in use */
export async function choosePorts(given: Environment, note: (line: string) => void): Promise<ChosenPorts> {
  const choose = async ([port, name]: [number, string]) => {
    const chosen = await freePort(port);
    if (chosen !== port) note(`Port ${port} is taken; ${name} gets ${chosen}.`);
    return chosen;
  };
  return {
    api: given.PORT === undefined ? await choose([3000, 'the API']) : await askedFor(given.PORT, given.HOST),
    database: await choose(usual.database),
    mailPage: await choose(usual.mailPage),
    smtp: await choose(usual.smtp),
    lambda: await choose(usual.lambda),
    userPool: await choose(usual.userPool),
  };
}

async function askedFor(text: string, host?: string): Promise<number> {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new StartError('PORT must be a number from 0 to 65535.');
  if (port === 0) return freePort(0, host);
  if (await isPortFree(port, host)) return port;
  throw new StartError(
    `Nothing can listen on port ${port}, which PORT asks for: it is taken or not allowed.`,
  );
}
