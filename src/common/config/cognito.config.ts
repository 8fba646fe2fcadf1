import { Transform } from 'class-transformer';
import { IsOptional, IsUrl, Matches, MinLength } from 'class-validator';
import { type ConfigOf, defineNamespace } from './config-namespace.js';
import { isSet, list } from './validators.js';

class UserPoolEnvironment {
  @Matches(/^[a-z]{2}(-[a-z]+)+-\d$/, { message: 'must be an AWS Region such as eu-west-1' })
  AWS_REGION!: string;

  @Matches(/^[\w-]+_[0-9a-zA-Z]+$/, { message: 'must be a user pool id such as eu-west-1_AbCdEfGhI' })
  AWS_COGNITO_USER_POOL_ID!: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  AWS_ENDPOINT_URL_LAMBDA?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  AWS_ENDPOINT_URL_CLOUDWATCH_LOGS?: string;
}

/** For operations with AWS credentials. */
export const userPoolConfig = defineNamespace('userPool', UserPoolEnvironment, (environment) => ({
  region: environment.AWS_REGION,
  userPoolId: environment.AWS_COGNITO_USER_POOL_ID,
  endpoint: environment.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER,
  lambdaEndpoint: environment.AWS_ENDPOINT_URL_LAMBDA,
  logsEndpoint: environment.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS,
}));
export type UserPoolConfig = ConfigOf<typeof userPoolConfig>;

class CognitoEnvironment extends UserPoolEnvironment {
  @Matches(/^[\w+]+$/, { message: 'must be an app client id' })
  AWS_COGNITO_CLIENT_ID!: string;

  @IsOptional()
  @MinLength(1, isSet)
  AWS_COGNITO_CLIENT_SECRET?: string;

  @IsOptional()
  @Transform(list)
  @Matches(/^[\w+]+$/, { each: true, message: 'must hold comma-separated app client ids' })
  AWS_COGNITO_ACCEPTED_CLIENT_IDS?: string[];

  // A variable of the Lambda. The API uses it only to check the settings of the pool.
  @IsOptional()
  @Transform(({ value }) => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined))
  @Matches(/^custom:\S{1,20}$/, {
    message: 'must be a custom attribute, such as custom:rails_app_id',
  })
  LEGACY_ID_ATTRIBUTE?: string;

  @IsOptional()
  @Matches(/^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/, {
    message: 'must be the ARN of a Lambda function',
  })
  MIGRATION_FUNCTION_ARN?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  COGNITO_ISSUER?: string;

  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true }, { message: 'must be a URL' })
  COGNITO_JWKS_URL?: string;
}

/** The pool with the app client through which Usher signs users in. */
export const cognitoConfig = defineNamespace('cognito', CognitoEnvironment, (environment) => {
  const {
    AWS_REGION: region,
    AWS_COGNITO_USER_POOL_ID: userPoolId,
    AWS_COGNITO_CLIENT_ID: clientId,
  } = environment;
  const issuer = environment.COGNITO_ISSUER ?? `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
  return {
    region,
    userPoolId,
    endpoint: environment.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER,
    clientId,
    clientSecret: environment.AWS_COGNITO_CLIENT_SECRET,
    /** App clients whose access tokens are accepted; the first is `clientId`. */
    acceptedClientIds: [clientId, ...(environment.AWS_COGNITO_ACCEPTED_CLIENT_IDS ?? [])],
    /** The pool attribute with the legacy id, if the Lambda's variable is set for this process. */
    legacyIdAttribute: environment.LEGACY_ID_ATTRIBUTE,
    /** The migration Lambda, for the command that adds a missing trigger. */
    migrationFunctionArn: environment.MIGRATION_FUNCTION_ARN,
    issuer,
    jwksUrl: environment.COGNITO_JWKS_URL ?? `${issuer}/.well-known/jwks.json`,
  };
});
export type CognitoConfig = ConfigOf<typeof cognitoConfig>;
