import type { Environment } from './config/environment.js';
import { type HeldPort, holdPort } from './ports.js';
import { StartError } from './start-error.js';

export interface ChosenPorts {
  api: number;
  database: number;
  mailPage: number;
  smtp: number;
  lambda: number;
  userPool: number;
}

const usual: Record<keyof ChosenPorts, [port: number, name: string]> = {
  api: [3000, 'the API'],
  database: [5433, 'PostgreSQL'],
  mailPage: [8025, 'the mail page'],
  smtp: [1025, 'SMTP'],
  lambda: [9001, 'the Lambda host'],
  userPool: [9229, 'the user pool'],
};

const parts = Object.keys(usual) as (keyof ChosenPorts)[];

/**
 * Chooses the ports of the last start, the default ports, or other ones if those are in use.
 * @param kept the ports of the last start; tokens and bookmarks hold them
 * @throws StartError if PORT is set and in use
 */
export async function choosePorts(
  given: Environment,
  note: (line: string) => void,
  kept: Partial<ChosenPorts> = {},
): Promise<ChosenPorts> {
  const held: HeldPort[] = [];
  const choose = async (part: keyof ChosenPorts): Promise<[keyof ChosenPorts, number]> => {
    const [port, name] = usual[part];
    const host = part === 'api' ? given.HOST : undefined;
    const asked = part === 'api' ? given.PORT : undefined;
    const first = kept[part] ?? port;
    const one = asked === undefined ? await holdPort([first, port], host) : await holdGiven(asked, host);
    held.push(one);
    if (asked === undefined && one.port !== first) note(`Port ${first} is taken; ${name} gets ${one.port}.`);
    return [part, one.port];
  };
  try {
    const chosen = [];
    for (const part of parts) chosen.push(await choose(part));
    return Object.fromEntries(chosen) as Record<keyof ChosenPorts, number>;
  } finally {
    // Held until here, so that no part, nor another stack, gets the port of another one.
    await Promise.all(held.map(({ release }) => release()));
  }
}

async function holdGiven(text: string, host?: string): Promise<HeldPort> {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new StartError('PORT must be a number from 0 to 65535.');
  const held = await holdPort(port === 0 ? [] : [port], host);
  if (port === 0 || held.port === port) return held;
  await held.release();
  throw new StartError(
    `Nothing can listen on port ${port}, which PORT asks for: it is taken or not allowed.`,
  );
}
