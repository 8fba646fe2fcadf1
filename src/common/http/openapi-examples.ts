import type {
  AdminUserResponse,
  AuditEntryResponse,
  AwsAuthRequest,
  AwsAuthResponse,
  CancelEmailChangeRequest,
  ChallengeRequest,
  ChangeEmailRequest,
  ChangePasswordRequest,
  ConfirmRequest,
  FindAuditResponse,
  FindUsersResponse,
  ForgotPasswordRequest,
  MeResponse,
  MfaResponse,
  MigrationProgressResponse,
  PasswordPolicyResponse,
  Problem,
  ProofRequest,
  RefreshRequest,
  RefreshResponse,
  RemoveMfaRequest,
  ResendConfirmationRequest,
  ResetPasswordRequest,
  SessionResponse,
  SetRolesRequest,
  SignInRequest,
  SignInResponse,
  SignOutRequest,
  SignUpRequest,
  TokensResponse,
  TotpEnrolmentResponse,
  UpdateMeRequest,
  UserResponse,
  VerifyTotpRequest,
} from '#contracts';

/** Of one operation, by name. */
interface Examples {
  requests?: Record<string, unknown>;
  responses?: Record<string, unknown>;
}

const email = 'ada@example.com';
const password = 'correct horse battery staple';
const newPassword = 'a-new-password-1';
const accessToken = 'eyJraWQiOiJhYmMifQ.eyJzdWIiOiI1ZjBjN2E1MiJ9.c2lnbmF0dXJl';
const refreshToken = 'eyJjdHkiOiJKV1QifQ.cmVmcmVzaA.dG9rZW4';
const at = '2026-11-29T09:30:00.000Z';

const user: UserResponse = { id: 1, email, firstName: 'Ada', lastName: 'Lovelace', roles: ['editor'] };

const tokens: TokensResponse = {
  accessToken,
  idToken: accessToken,
  refreshToken,
  expiresIn: 3600,
  tokenType: 'Bearer',
};

const challenged: SignInResponse = {
  challenge: {
    name: 'SOFTWARE_TOKEN_MFA',
    session: 'c2VhbGVkIHNlc3Npb24',
    asks: ['SOFTWARE_TOKEN_MFA_CODE'],
    expiresIn: 900,
    parameters: { FRIENDLY_DEVICE_NAME: 'Phone' },
  },
};

const me: MeResponse = {
  ...user,
  profile: { theme: 'dark' },
  permissions: [],
  unconfirmedEmail: null,
};

const adminUser: AdminUserResponse = {
  ...user,
  profile: { theme: 'dark' },
  sub: '0f9d2c4e-7c1a-4b53-9a43-1c2d3e4f5a6b',
  legacyId: '1',
  confirmed: true,
  locked: false,
  disabled: false,
  blocked: false,
  erasure: null,
  unconfirmedEmail: null,
  createdAt: '2019-04-02T08:00:00.000Z',
};

const auditEntry: AuditEntryResponse = {
  id: 42,
  at,
  actor: 'user',
  actorId: 7,
  action: 'roles_changed',
  userId: 1,
  details: { before: [], after: ['editor'] },
  requestId: '5f0c7a52-3f0e-4c1b-9d0e-6f6d0f1c2b3a',
  address: '203.0.113.7',
};

const session: SessionResponse = {
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  current: true,
  session: 'cookie',
  device: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  address: '203.0.113.7',
  createdAt: '2026-11-20T07:15:00.000Z',
  lastUsedAt: at,
};

const progress: MigrationProgressResponse = {
  people: 1000,
  left: 400,
  duplicates: { exact: 0, byCase: 2 },
  inactive: 120,
  neverSignedIn: 30,
  states: [
    { state: 'legacy', reason: null, people: 398 },
    { state: 'migrated', reason: null, people: 600 },
    { state: 'failed', reason: 'unknown_hash', people: 2 },
  ],
  formats: [{ format: '$2a$12$', people: 400, supported: true }],
  perDay: [{ day: '2026-11-29', migrated: 12, imported: 0 }],
  lastSignIn: [
    { month: '2026-11', people: 370 },
    { month: null, people: 30 },
  ],
  estimate: {
    kind: 'falling',
    stillToMove: 250,
    earliest: '2027-01-10',
    likely: '2027-02-01',
    latest: null,
  },
  verdict: {
    canSwitchOff: false,
    reasons: [{ code: 'people_left', people: 280 }],
    restsOn: { signedIn: 590, importedWithHash: 0, linked: 10 },
  },
};

/** By operation id. Tests send the requests to a running API; they replace only what that API has issued, such as tokens. */
export const examples: Record<string, Examples> = {
  signIn: {
    requests: {
      tokens: { email, password } satisfies SignInRequest,
      cookie: { email, password, session: 'cookie' } satisfies SignInRequest,
    },
    responses: {
      tokens: { user, tokens } satisfies SignInResponse,
      cookie: { user } satisfies SignInResponse,
      challenge: challenged,
    },
  },
  answerChallenge: {
    requests: {
      newPassword: {
        session: 'c2VhbGVkIHNlc3Npb24',
        answers: { NEW_PASSWORD: newPassword },
      } satisfies ChallengeRequest,
    },
    responses: {
      tokens: { user, tokens } satisfies SignInResponse,
      cookie: { user } satisfies SignInResponse,
      challenge: challenged,
    },
  },
  refreshSession: {
    requests: { tokens: { refreshToken } satisfies RefreshRequest },
    responses: { tokens: { tokens } satisfies RefreshResponse },
  },
  signOut: { requests: { tokens: { refreshToken } satisfies SignOutRequest } },
  listSessions: { responses: { sessions: [session] } },
  getMfa: {
    responses: {
      totp: {
        totp: true,
        sms: false,
        email: false,
        preferred: 'totp',
        recoveryCodesLeft: 0,
      } satisfies MfaResponse,
    },
  },
  enrolTotp: {
    requests: { proof: { password } satisfies ProofRequest },
    responses: {
      enrolment: {
        secretCode: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        otpauthUri:
          'otpauth://totp/Acme:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Acme',
        qrCodeSvg: '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
      } satisfies TotpEnrolmentResponse,
    },
  },
  verifyTotp: { requests: { code: { code: '123456', deviceName: 'Phone' } satisfies VerifyTotpRequest } },
  disableTotp: { requests: { proof: { password } satisfies ProofRequest } },
  signUp: {
    requests: {
      signUp: {
        email: 'grace@example.com',
        password: newPassword,
        firstName: 'Grace',
        lastName: 'Hopper',
      } satisfies SignUpRequest,
    },
  },
  resendConfirmation: {
    requests: { address: { email: 'grace@example.com' } satisfies ResendConfirmationRequest },
  },
  confirmEmail: {
    requests: {
      signUp: { token: 'Zk3vN0m1Qw8', password: newPassword } satisfies ConfirmRequest,
    },
  },
  cancelEmailChange: { requests: { token: { token: 'Zk3vN0m1Qw8' } satisfies CancelEmailChangeRequest } },
  getMe: { responses: { me } },
  updateMe: {
    requests: {
      patch: { firstName: 'Ada', profile: { theme: 'dark', newsletter: null } } satisfies UpdateMeRequest,
    },
    responses: { me },
  },
  changeEmail: {
    requests: {
      address: {
        email: 'ada.lovelace@example.com',
        currentPassword: password,
      } satisfies ChangeEmailRequest,
    },
  },
  deleteMe: { requests: { proof: { password } satisfies ProofRequest } },
  getPasswordPolicy: {
    responses: {
      policy: {
        minimumLength: 8,
        requireUppercase: false,
        requireLowercase: true,
        requireNumbers: true,
        requireSymbols: false,
        passwordHistorySize: 0,
        temporaryPasswordValidityDays: 7,
      } satisfies PasswordPolicyResponse,
    },
  },
  forgotPassword: { requests: { address: { email } satisfies ForgotPasswordRequest } },
  resetPassword: {
    requests: { code: { email, code: '123456', password: newPassword } satisfies ResetPasswordRequest },
  },
  changePassword: {
    requests: {
      passwords: { currentPassword: password, password: newPassword } satisfies ChangePasswordRequest,
    },
  },
  findUsers: { responses: { page: { users: [adminUser], next: null } satisfies FindUsersResponse } },
  getUser: { responses: { user: adminUser } },
  setUserRoles: { requests: { roles: { roles: ['editor'] } satisfies SetRolesRequest } },
  deleteUser: { requests: { proof: { password } satisfies ProofRequest } },
  removeUserMfa: { requests: { atOnce: { at: 'now' } satisfies RemoveMfaRequest } },
  findAuditEntries: {
    responses: { page: { entries: [auditEntry], next: '42' } satisfies FindAuditResponse },
  },
  getMigrationProgress: { responses: { progress } },
  verifyLegacyPassword: {
    requests: {
      signIn: { email, password, access_token: 'one-of-MIGRATION_ACCESS_TOKENS' } satisfies AwsAuthRequest,
    },
    responses: {
      right: {
        id: 1,
        first_name: 'Ada',
        last_name: 'Lovelace',
        email,
        authentication_hash: null,
        user_exists: true,
        success: true,
        email_verified: true,
        password_reset_allowed: true,
        sign_up_allowed: false,
      } satisfies AwsAuthResponse,
    },
  },
  getLiveness: { responses: { live: { status: 'ok' } } },
  getReadiness: {
    responses: {
      ready: { status: 'ok', details: { database: { status: 'up' }, cognito: { status: 'up' } } },
    },
  },
  getMetrics: {
    responses: { text: '# HELP usher_health_part_up Status\nusher_health_part_up{part="database"} 1\n' },
  },
  getKeyAuthorization: { responses: { text: 'the-token.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI' } },
};

export const problemExample: Problem = {
  type: 'urn:usher:problem:passwords.policy',
  title: 'Password not accepted',
  status: 422,
  detail: 'The password does not meet the rules listed in "errors". Choose another password.',
  code: 'passwords.policy',
  requestId: '5f0c7a52-3f0e-4c1b-9d0e-6f6d0f1c2b3a',
  errors: [{ field: 'password', code: 'too_short', params: { minimum: 8 }, message: 'is too short' }],
};
