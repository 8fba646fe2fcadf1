import { parseConnectionUrl } from 'nodemailer/lib/shared';
import SMTPConnection from 'nodemailer/lib/smtp-connection';

/** Does the server take addresses that are not ASCII (RFC 6531)? Nodemailer itself sends them in any case. */
export function offersSmtpUtf8({ url, ...options }: { url: string } & object): Promise<boolean> {
  const connection = new SMTPConnection({ ...options, ...parseConnectionUrl(url) });
  return new Promise<boolean>((resolve, reject) => {
    // It stays: an error after the answer changes nothing, and without a listener would end the process.
    connection.on('error', reject);
    // Connected means that the server has answered EHLO, after STARTTLS where it offers that.
    connection.connect(() => {
      resolve(/[ -]SMTPUTF8\b/i.test(connection.lastServerResponse || ''));
      connection.quit();
    });
  });
}
