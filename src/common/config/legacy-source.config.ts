import { IsOptional, Matches, ValidateBy } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { isServerUrl } from './validators.js';

const server = /^(?:postgres(?:ql)?|mysql|mariadb):\/\/./;
/** The rest is a path as the shell takes it, not percent-encoded. */
const file = /^(?:sqlite|csv):[^\p{Cc}]+$/u;

class LegacySourceEnvironment {
  @IsOptional()
  @Matches(/^[^\p{Cc}]{1,4096}$/u, {
    message: 'must be the name of a preset, the path of a source file, or none',
  })
  LEGACY_SOURCE?: string;

  @IsOptional()
  @ValidateBy({
    name: 'isSourceUrl',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && (file.test(value) || (server.test(value) && isServerUrl(value))),
      defaultMessage: () =>
        'must be a postgres:// or mysql:// URL with special characters of a password written as in %40, ' +
        'or sqlite: or csv: with the path of a file',
    },
  })
  LEGACY_DATABASE_URL?: string;
}

export const legacySourceConfig = defineNamespace('legacySource', LegacySourceEnvironment, (environment) => ({
  /** The name of a preset, the path of a source file, or `none`; `undefined`: the adopted table. */
  source: environment.LEGACY_SOURCE,
  /** The database of the source; `undefined`: `DATABASE_URL`. */
  databaseUrl: environment.LEGACY_DATABASE_URL,
}));
export type LegacySourceConfig = ConfigOf<typeof legacySourceConfig>;
