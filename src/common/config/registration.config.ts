import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsUrl, Max, Min } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { PublicUrlEnvironment, publicUrlOf } from './http.config.js';
import { digits } from './validators.js';

class RegistrationEnvironment extends PublicUrlEnvironment {
  @IsInt({ message: 'must be a number from 10 to 14' })
  @Min(10, { message: 'must be a number from 10 to 14' })
  @Max(14, { message: 'must be a number from 10 to 14' })
  @Transform(digits)
  BCRYPT_COST = 12;

  @IsOptional()
  @IsUrl(
    { require_tld: false, protocols: ['http', 'https'], require_protocol: true },
    { message: 'must be an http(s) URL' },
  )
  CONFIRMATION_PAGE_URL?: string;
}

export const registrationConfig = defineNamespace('registration', RegistrationEnvironment, (environment) => ({
  /** For hashes of sign-ups, which are kept until the first sign-in. */
  bcryptCost: environment.BCRYPT_COST,
  /** The page that mailed links open, with `token` in the query. */
  confirmationPageUrl: new URL(
    environment.CONFIRMATION_PAGE_URL ?? new URL('users/confirmation', withSlash(publicUrlOf(environment))),
  ),
}));
export type RegistrationConfig = ConfigOf<typeof registrationConfig>;

/** With a final slash, so that relative URLs keep the path. */
const withSlash = (url: URL): string => url.href.replace(/\/?$/, '/');
