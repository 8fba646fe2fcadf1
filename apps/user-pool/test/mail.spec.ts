import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { AddressInfo } from 'node:net';
import { password, refusal, startTestPool, type TestPool } from './support.js';

let pool: TestPool;
let refuses = false;
const mails: { recipients: string[]; raw: Buffer }[] = [];
const smtp = new SMTPServer({
  disabledCommands: ['AUTH', 'STARTTLS'],
  onRcptTo: (_address, _session, done) => done(refuses ? new Error('No such mailbox') : null),
  onData(stream, session, done) {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const recipients = session.envelope.rcptTo.map(({ address }) => address);
      mails.push({ recipients, raw: Buffer.concat(chunks) });
      done();
    });
  },
});
beforeAll(async () => {
  await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
  const { port } = smtp.server.address() as AddressInfo;
  const mailFrom = 'pool@example.com';
  pool = await startTestPool({}, {}, { smtpUrl: `smtp://127.0.0.1:${port}`, mailFrom });
});
afterAll(async () => {
  await pool.server.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

describe('mail', () => {
  it('contains the code as HTML only, and has one recipient', async () => {
    await pool.createUser('ann@example.com');
    await pool.forgot('ann@example.com');
    const mail = await PostalMime.parse(mails[0]?.raw ?? '');
    expect(mails[0]?.recipients).toEqual(['ann@example.com']);
    expect(mail.from).toMatchObject({ address: 'pool@example.com' });
    expect(mail.to).toMatchObject([{ address: 'ann@example.com' }]);
    expect(mail.subject).toBe('Your verification code');
    expect(mail.html).toContain(pool.lastCode());
    expect(mail.text).toBeUndefined();
  });

  it('that cannot be delivered causes an error for the caller', async () => {
    refuses = true;
    expect((await refusal(pool.forgot('ann@example.com'))).name).toBe('CodeDeliveryFailureException');
    refuses = false;
  });

  it('that cannot be delivered at sign-up leaves a user who can request another', async () => {
    refuses = true;
    const who = { ClientId: pool.clientId, Username: 'bea@example.com' };
    const call = pool.sdk.signUp({ ...who, Password: password });
    expect((await refusal(call)).name).toBe('CodeDeliveryFailureException');
    refuses = false;
    const user = { UserPoolId: pool.poolId, Username: who.Username };
    expect((await pool.sdk.adminGetUser(user)).UserStatus).toBe('UNCONFIRMED');
    await pool.sdk.resendConfirmationCode(who);
    const ConfirmationCode = pool.lastCode();
    await pool.sdk.confirmSignUp({ ...who, ConfirmationCode });
    expect((await pool.signIn(who.Username)).AuthenticationResult).toBeDefined();
  });
});
