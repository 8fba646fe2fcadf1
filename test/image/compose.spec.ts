import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { readConfiguration } from '../../apps/migration-lambda/src/config/configuration.js';
import { readMessageSettings } from '../../apps/migration-lambda/src/config/message-settings.js';
import { triggerTimeout } from '../../src/cognito/cognito-client.js';
import { loadConfig } from '../../src/common/config/config.js';
import { startWarnings } from '../../src/common/config/start-warnings.js';
import {
  execForm,
  projectRoot,
  readCompose,
  readProjectFile,
  readStages,
  type Service,
} from './compose-file.js';

const compose = readCompose();
const stages = readStages();
const lastOf = (stage: string, instruction: string): string | undefined =>
  new RegExp(`^${instruction} (.*)$`, 'm').exec(stages.get(stage) ?? '')?.[1];
const dockerfile = readProjectFile('Dockerfile');
const [, nodeVersion = ''] = /^ARG NODE_VERSION=(.*)$/m.exec(dockerfile) ?? [];
const manifest = JSON.parse(readProjectFile('package.json')) as {
  engines: { node: string };
  scripts: Record<string, string>;
};
const services = Object.entries(compose.services);
const service = (name: string): Service => compose.services[name] ?? {};
const environment = (name: string) => service(name).environment ?? {};

/** "20.20.2" as a number that can be compared. */
const version = (text = '') => {
  const [major = 0, minor = 0] = (/\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number);
  return major * 1000 + minor;
};

describe('docker-compose.yml', () => {
  // https://github.com/compose-spec/compose-spec, commit 170098b; formats are Docker's own.
  const schema = JSON.parse(readProjectFile('test/fixtures/compose-spec/compose-spec.json')) as object;
  // The address it gives for draft-07 is not the draft's own, which Ajv knows.
  const $schema = 'http://json-schema.org/draft-07/schema#';
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false });
  const validate = ajv.compile({ ...schema, $schema });

  it('is valid by the Compose Specification', () => {
    const file: unknown = parse(readProjectFile('docker-compose.yml'), { merge: true });
    validate(file);
    expect(validate.errors).toBeNull();
  });

  it.each([
    ['a key that does not exist', 'services: { api: { image: a, read_olny: true } }'],
    ['a word of a command that YAML takes for a mapping', 'services: { api: { command: [{ ok: 1 }] } }'],
  ])('is invalid with %s', (_, text) => expect(validate(parse(text))).toBe(false));

  it.each(services)(
    'runs %s read-only, without capabilities, and with ports on loopback only',
    (_name, one) => {
      expect(one).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
      for (const port of one.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );

  it.each(services)('runs %s as an unprivileged account', (_name, one) => {
    const account = one.user ?? lastOf(one.build?.target ?? '', 'USER');
    expect(account).toMatch(/^(postgres|node|65534:65534)$/);
  });

  it.each(services)('has a health check for %s that its dependents wait for', (name, one) => {
    const own = one.healthcheck?.test.length ?? 0;
    expect(own > 0 || lastOf(one.build?.target ?? '', 'HEALTHCHECK') !== undefined).toBe(true);
    const conditions = services.flatMap(([, { depends_on }]) => depends_on?.[name]?.condition ?? []);
    expect(conditions.filter((condition) => condition !== 'service_healthy')).toEqual([]);
  });

  it.each(services)('builds or pulls %s from an existing source', (_name, { build, image, volumes = [] }) => {
    if (build) expect([...stages.keys()]).toContain(build.target);
    // A tag that names a release, not whatever is newest.
    else expect(image).toMatch(/:v?\d+\.\d+/);
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('.')) expect(existsSync(join(projectRoot, source))).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('configures API and Lambda with known and consistent variables', () => {
    const documented = [...readProjectFile('.env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
    const emulators = ['AWS_LAMBDA_FUNCTION_TIMEOUT'];
    expect(documented).toEqual(expect.arrayContaining(Object.keys(environment('api'))));
    expect([...documented, ...emulators]).toEqual(expect.arrayContaining(Object.keys(environment('lambda'))));
    const config = loadConfig(environment('api'));
    const { migration, cognito } = config;
    expect(startWarnings(config)).toEqual([]);
    const lambda = readConfiguration(environment('lambda'));
    expect(migration.accessTokens).toEqual([lambda.accessToken]);
    expect(lambda.authUrl.href).toBe('http://api:3000/aws/auth');
    const { pools } = JSON.parse(readProjectFile('docker/pools.json')) as {
      pools: { Id: string; Clients: { ClientId: string }[]; LambdaConfig: object }[];
    };
    expect(pools.map(({ Id, Clients }) => [Id, Clients[0]?.ClientId])).toEqual([
      [cognito.userPoolId, cognito.clientId],
    ]);
    // The one name that the runtime emulator of the Lambda image answers to.
    expect(pools[0]?.LambdaConfig).toEqual({
      UserMigration: 'function',
      PreSignUp: 'function',
      CustomMessage: 'function',
    });
    expect(readMessageSettings(environment('lambda'))).toMatchObject({ appName: config.http.appName });
    expect(service('user-pool').command).toContain(`--url=${cognito.endpoint}`);
  });

  it('allows pool users to write their name only', () => {
    const { pools } = JSON.parse(readProjectFile('docker/pools.json')) as {
      pools: { Clients: { WriteAttributes?: string[] }[]; UserAttributeUpdateSettings?: object }[];
    };
    for (const { Clients, UserAttributeUpdateSettings } of pools) {
      expect(Clients.map(({ WriteAttributes }) => WriteAttributes)).toEqual([['name']]);
      expect(UserAttributeUpdateSettings).toEqual({ AttributesRequireVerificationBeforeUpdate: ['email'] });
    }
  });

  it('gives the API a longer stop period than its longest request', () => {
    const grace = Number(/^(\d+)s$/.exec(service('api').stop_grace_period ?? '')?.[1]) * 1000;
    expect(grace).toBeGreaterThan(triggerTimeout + 5000);
  });
});

describe('Dockerfile', () => {
  it('uses one Node image, of a version that package.json accepts', () => {
    const images = [...dockerfile.matchAll(/^FROM (node:\S+)/gm)].map(([, image]) => image);
    expect(new Set(images)).toEqual(new Set(['node:${NODE_VERSION}-bookworm-slim']));
    expect(version(nodeVersion)).toBeGreaterThanOrEqual(version(manifest.engines.node));
  });

  it('runs the Lambda with the same Node version, not older than the target of its bundle', () => {
    const [, lambda = ''] = /^FROM \S+:(\d+) /.exec(stages.get('migration-lambda') ?? '') ?? [];
    const [, target] = /target: 'node(\d+)'/.exec(readProjectFile('apps/migration-lambda/bundle.js')) ?? [];
    expect(lambda).toBe(nodeVersion.split('.')[0]);
    expect(Number(lambda)).toBeGreaterThanOrEqual(Number(target));
  });

  it('starts the API as package.json does, on the port that is exposed and published', () => {
    expect(execForm('runtime', 'CMD').join(' ')).toBe(manifest.scripts['start:api']);
    const port = String(loadConfig(environment('api')).http.port);
    expect(lastOf('runtime', 'EXPOSE')).toBe(port);
    expect(service('api').ports).toEqual([`127.0.0.1:${port}:${port}`]);
  });

  it('runs the scripts that `npm run test:image` runs', () => {
    const scripts = [...dockerfile.matchAll(/^RUN (docker\/\S+)$/gm)].map(([, script]) => script);
    expect(scripts).toEqual(['docker/install.sh', 'docker/build.sh', 'docker/install-production.sh']);
  });

  it('ends with the image for production', () => expect([...stages.keys()].at(-1)).toBe('runtime'));
});
