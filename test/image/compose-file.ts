import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const projectRoot = join(import.meta.dirname, '../..');

export interface Service {
  image?: string;
  build?: { context: string; target: string };
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  tmpfs?: string[];
  stop_grace_period?: string;
  init?: boolean;
}

export interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

export const readProjectFile = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');

/** docker-compose.yml, its anchors filled in. */
export const readCompose = () => parse(readProjectFile('docker-compose.yml'), { merge: true }) as ComposeFile;

/** The lines of each stage of the Dockerfile, FROM included, by the name of the stage. */
export function readStages(): Map<string, string> {
  const [, ...texts] = readProjectFile('Dockerfile').split(/^(?=FROM )/m);
  return new Map(texts.map((text) => [/^FROM \S+ AS (\S+)$/m.exec(text)?.[1] ?? '', text]));
}

/** The words after the last CMD of this stage or of its health check, in the exec form: a shell would get the signals. */
export function execForm(stage: string, instruction: 'CMD' | 'HEALTHCHECK'): string[] {
  const start = instruction === 'CMD' ? '^CMD' : String.raw`^HEALTHCHECK .*\\\n +CMD`;
  const [, words = 'null'] =
    new RegExp(`${start} (\\[.*\\])$`, 'm').exec(readStages().get(stage) ?? '') ?? [];
  return JSON.parse(words) as string[];
}
