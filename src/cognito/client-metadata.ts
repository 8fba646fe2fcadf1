import type { Language } from '../i18n/languages.js';

interface Metadata {
  /** For the log lines of the Lambda. */
  requestId: string | undefined;
  /** Of the caller, for the CustomMessage trigger. */
  language?: Language;
}

/** Nothing secret: Cognito passes ClientMetadata to triggers, neither encrypted nor validated (API reference, InitiateAuth). */
export function toClientMetadata({ requestId, language }: Metadata): Record<string, string> | undefined {
  if (requestId === undefined && language === undefined) return undefined;
  return { ...(requestId !== undefined && { requestId }), ...(language !== undefined && { language }) };
}
