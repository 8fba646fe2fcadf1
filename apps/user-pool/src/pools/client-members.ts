import { flag, oneOf, record, text, whole } from '../wire/rules.js';

const unit = oneOf('seconds', 'minutes', 'hours', 'days');
/** Above the longest lifetime in seconds; lifetimes are checked later with their units. */
const lifetime = whole(0, 315_360_000);

/** Settings of an app client that an update can change. OAuth and analytics settings are returned but have no effect. */
export const clientMembers = {
  RefreshTokenValidity: lifetime,
  AccessTokenValidity: lifetime,
  IdTokenValidity: lifetime,
  TokenValidityUnits: record({ AccessToken: unit, IdToken: unit, RefreshToken: unit }),
  ReadAttributes: 'texts',
  WriteAttributes: 'texts',
  ExplicitAuthFlows: 'texts',
  SupportedIdentityProviders: 'texts',
  CallbackURLs: 'texts',
  LogoutURLs: 'texts',
  DefaultRedirectURI: 'text',
  AllowedOAuthFlows: 'texts',
  AllowedOAuthScopes: 'texts',
  AllowedOAuthFlowsUserPoolClient: 'boolean',
  AnalyticsConfiguration: record({
    ApplicationId: text,
    ApplicationArn: text,
    RoleArn: text,
    ExternalId: text,
    UserDataShared: flag,
  }),
  PreventUserExistenceErrors: oneOf('LEGACY', 'ENABLED'),
  EnableTokenRevocation: flag,
  EnablePropagateAdditionalUserContextData: flag,
  AuthSessionValidity: whole(3, 15),
  RefreshTokenRotation: record({
    Feature: oneOf('ENABLED', 'DISABLED'),
    RetryGracePeriodSeconds: whole(0, 60),
  }),
} as const;
