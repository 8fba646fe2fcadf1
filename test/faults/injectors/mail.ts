import type { FaultInjector } from './fault-injector.js';

/** Callers see no error: mails wait in the outbox. */
export const mailDown: FaultInjector = {
  name: 'the mail server is down',
  isVisible: false,
  begin: ({ mailbox }) => mailbox.close(),
  end: async ({ mailbox }) => void (await mailbox.open()),
};
