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
