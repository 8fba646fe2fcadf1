import { verifyServer } from '../../mail/smtp.transport.js';
import type { Check } from '../check.js';
import { NothingToCheck } from '../facts.js';

export const mailConfigured: Check = {
  id: 'mail.configured',
  area: 'mail',
  atStart: true,
  async find(facts) {
    if (facts.settings('mail').smtp) return undefined;
    return {
      severity: 'warning',
      title: 'SMTP_URL and MAIL_FROM are not set.',
      effect:
        'Mails wait in the outbox: nobody can confirm a sign-up, and users do not learn of changes of their account.',
      remedy: 'SMTP_URL=smtps://USER:PASSWORD@HOST:465 MAIL_FROM=no-reply@example.com',
      changeable: true,
    };
  },
};

/** Milliseconds. */
const timeout = 5000;

/** Connects and logs in; sends no mail. */
export const mailServer: Check = {
  id: 'mail.server',
  area: 'mail',
  atStart: false,
  async find(facts) {
    const { smtp } = facts.settings('mail');
    if (!smtp) throw new NothingToCheck('SMTP_URL is not set');
    const reason = await verifyServer(smtp.url, timeout);
    if (reason === undefined) return undefined;
    return {
      severity: 'error',
      title: `The server of SMTP_URL refuses the connection or the log-in (${reason}).`,
      effect:
        'Mails wait in the outbox: nobody can confirm a sign-up, and users do not learn of changes of their account.',
      remedy: 'SMTP_URL=smtps://USER:PASSWORD@HOST:465 # special characters of the password as in %40',
      changeable: true,
    };
  },
};

/** As /health/ready: after 15 minutes there were about 6 attempts. */
const overdue = `
  SELECT count(*) FILTER (WHERE given_up_at IS NULL AND posted_at < now() - interval '15 minutes')::int AS late,
    count(*) FILTER (WHERE given_up_at IS NOT NULL)::int AS "givenUp"
  FROM usher.outbox WHERE NOT recipient_refused`;

export const mailOverdue: Check = {
  id: 'mail.overdue',
  area: 'mail',
  atStart: true,
  async find(facts) {
    const [mails] = await facts.query<{ late: number; givenUp: number }>(overdue);
    if (!mails || mails.late + mails.givenUp === 0) return undefined;
    return {
      severity: 'warning',
      title: `${mails.late} mails have waited for more than 15 minutes, and ${mails.givenUp} were given up.`,
      effect: 'Their recipients wait for a confirmation or do not know of a change of their account.',
      remedy: 'usher mail status && usher mail retry',
      changeable: true,
    };
  },
};
