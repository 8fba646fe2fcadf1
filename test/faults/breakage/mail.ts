import type { Breakage } from './breakage.js';

/** Nobody sees an error: mails wait. */
export const mailDown: Breakage = {
  name: 'the mail server is down',
  isFelt: false,
  begin: ({ post }) => post.close(),
  end: async ({ post }) => void (await post.open()),
};
