import type { VNode } from 'preact';
import { qrCode } from '../auth/qr-code.js';
import type { Page } from './page.js';

/** The key of an authenticator app, as a QR code and as text. */
export function TotpSetup({ page, otpauthUri }: { page: Page; otpauthUri: string }): VNode {
  const { totp } = page.texts;
  const secret = new URL(otpauthUri).searchParams.get('secret') ?? '';
  const { size, path } = qrCode(otpauthUri);
  return (
    <>
      <p>{totp.scan}</p>
      <svg class="qr" role="img" aria-label={totp.qrCode} viewBox={`0 0 ${size} ${size}`}>
        <path fill="#fff" d={`M0 0h${size}v${size}H0z`} />
        <path fill="#000" d={path} />
      </svg>
      <p>{totp.manual}</p>
      <p>
        <code class="secret">{secret.match(/.{1,4}/g)?.join(' ')}</code>
      </p>
      <p>
        <a href={otpauthUri}>{totp.open}</a>
      </p>
      <p>{totp.enter}</p>
    </>
  );
}
