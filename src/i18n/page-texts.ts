import type { ErrorCode, FieldErrorCode } from '#contracts';

/** The texts of the hosted pages in one language. `{name}` is a placeholder for a value. */
export interface PageTexts {
  /** The name of the language, in itself. */
  languageName: string;
  common: {
    /** Before the title of a page with an error. */
    error: string;
    language: string;
    /** `{email}` is SUPPORT_EMAIL. */
    support: string;
    show: string;
    hide: string;
    optional: string;
    continue: string;
    backToSignIn: string;
  };
  fields: {
    email: string;
    password: string;
    newPassword: string;
    repeatPassword: string;
    currentPassword: string;
    firstName: string;
    lastName: string;
    code: string;
  };
  /** Errors of fields; `invalid` for codes without a text. */
  fieldErrors: { invalid: string } & Partial<Record<FieldErrorCode, string>>;
  /** Errors whose text for clients of the API does not fit a page. */
  problems: Partial<Record<ErrorCode, string>>;
  policy: {
    title: string;
    minimumLength: string;
    requireUppercase: string;
    requireLowercase: string;
    requireNumbers: string;
    requireSymbols: string;
    history: string;
  };
  tooMany: { title: string; wait: string; waitMinutes: string; retry: string };
  failed: { title: string; text: string; back: string };
  signIn: { title: string; submit: string; forgot: string; isNew: string; signUp: string };
  step: {
    codeTitle: string;
    /** By an authenticator app. */
    appCode: string;
    /** `{destination}` is masked by Cognito. */
    sentCode: string;
    chooseTitle: string;
    choose: string;
    factors: Record<'SOFTWARE_TOKEN_MFA' | 'SMS_MFA' | 'EMAIL_OTP' | 'EMAIL_MFA', string>;
    newPasswordTitle: string;
    newPassword: string;
    setupTitle: string;
    setup: string;
    continueTitle: string;
    continueText: string;
    startAgain: string;
  };
  totp: { scan: string; qrCode: string; manual: string; open: string; enter: string };
  signedOut: { title: string; text: string; signInAgain: string };
  signUp: {
    title: string;
    submit: string;
    hasAccount: string;
    sentTitle: string;
    sent: string;
    again: string;
  };
  confirmation: {
    title: string;
    text: string;
    submit: string;
    password: string;
    doneTitle: string;
    done: string;
    cancelTitle: string;
    cancelText: string;
    cancelSubmit: string;
    cancelledTitle: string;
    cancelled: string;
    wrong: string;
    /** Where the link is not valid. */
    again: string;
  };
  forgot: { title: string; text: string; submit: string };
  reset: {
    title: string;
    sent: string;
    email: string;
    submit: string;
    lostFactor: string;
    removeMfa: string;
    again: string;
    doneTitle: string;
    done: string;
  };
  account: {
    /** The name of the navigation. */
    navigation: string;
    signOut: string;
    save: string;
    profile: { link: string; title: string; email: string; changeEmail: string; saved: string };
    password: { link: string; title: string; text: string; submit: string; saved: string };
    email: {
      link: string;
      title: string;
      current: string;
      text: string;
      newEmail: string;
      submit: string;
      sent: string;
      pendingTitle: string;
      /** `{email}` is the new address. */
      pending: string;
      cancel: string;
      cancelled: string;
      otherTitle: string;
    };
    security: {
      link: string;
      title: string;
      text: string;
      app: string;
      sms: string;
      email: string;
      on: string;
      off: string;
      setUp: string;
      replace: string;
      remove: string;
      changeText: string;
      setUpTitle: string;
      setUpText: string;
      submit: string;
      stop: string;
      enabled: string;
      removed: string;
    };
    sessions: {
      link: string;
      title: string;
      text: string;
      /** `{browser}` and `{system}`, such as Firefox and Linux. */
      device: string;
      unknownDevice: string;
      current: string;
      /** `{time}` is in UTC. */
      lastUsed: string;
      revoke: string;
      revoked: string;
      gone: string;
      goneText: string;
      none: string;
      more: string;
      first: string;
      everywhere: string;
      everywhereText: string;
      everywhereSubmit: string;
    };
    deletion: {
      link: string;
      title: string;
      text: string;
      consequences: string[];
      /** `{email}` is the address of the account. */
      confirm: string;
      notConfirmed: string;
      submit: string;
      lastAdministrator: string;
      unavailable: string;
      doneTitle: string;
      done: string;
    };
    /** Before a change that needs a recent proof. */
    proof: { title: string; text: string; code: string; cancel: string };
    wrong: { title: string; text: string; code: string; field: string };
  };
}

/** @param values for the `{placeholders}` */
export const fillText = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => String(values[name] ?? ''));
