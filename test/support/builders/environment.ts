/** The minimal configuration of an API. No server listens at these addresses. */
export const minimalEnvironment = {
  DATABASE_URL: 'postgres://usher@127.0.0.1:1/none',
  AWS_REGION: 'us-east-1',
  AWS_COGNITO_USER_POOL_ID: 'us-east-1_abc',
  AWS_COGNITO_CLIENT_ID: 'abc',
  MIGRATION_ACCESS_TOKENS: 'migration-token-of-the-tests',
  SESSION_SECRETS: 'a-session-secret-of-the-tests',
};
