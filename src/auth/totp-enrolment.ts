import { renderSVG } from 'uqr';
import type { TotpEnrolmentResponse } from '#contracts';

/**
 * What a person needs to set up an authenticator app (Google Authenticator's "Key Uri Format").
 * @param secretCode base32, as Cognito gives it
 * @param names how the app's entry will be called: who asks for the code, and whose it is
 */
export function totpEnrolment(
  secretCode: string,
  { issuer, account }: { issuer: string; account: string },
): TotpEnrolmentResponse {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const otpauthUri = `otpauth://totp/${label}?secret=${secretCode}&issuer=${encodeURIComponent(issuer)}`;
  // Medium correction: screens are clean, but phones are held at an angle. Two modules of margin keep the picture small.
  return { secretCode, otpauthUri, qrCodeSvg: renderSVG(otpauthUri, { ecc: 'M', border: 2 }) };
}
