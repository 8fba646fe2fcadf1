import type { SharedTexts } from './texts.js';

const sms = '{code} is your code for {appName}. Do not share it.';

export const en: SharedTexts = {
  frame: {
    greeting: 'Hello,',
    footer: 'This e-mail was sent automatically by {appName}. Please do not reply to it.',
    ifButtonFails: 'If the button does not work, open this address:',
  },
  resetButton: 'Choose a new password',
  messages: {
    sign_up: {
      subject: 'Your confirmation code',
      before: [
        'Someone, most likely you, signed up at {appName} with this address. Enter this code to confirm it:',
      ],
      after: ['The code is valid for 24 hours. If you did not sign up, you do not need to do anything.'],
      sms,
    },
    reset: {
      subject: 'Your code for a new password',
      before: [
        'Someone, most likely you, asked for a new password for your account. Enter this code and choose the new password:',
      ],
      after: [
        'The code is valid for one hour. Do not share it: support never asks for it. If this was not you, you do not need to do anything.',
      ],
      sms,
    },
    attribute: {
      subject: 'Your code to confirm this address',
      before: [
        'Someone, most likely you, wants to use this address for an account at {appName}. Enter this code to confirm it:',
      ],
      after: ['The code is valid for 24 hours. If this was not you, you do not need to do anything.'],
      sms,
    },
    sign_in: {
      subject: 'Your sign-in code',
      before: ['Enter this code to complete the sign-in to your account:'],
      after: [
        'The code is valid for a few minutes. Do not share it: support never asks for it. If you are not signing in now, someone knows your password: change it immediately and contact support.',
      ],
      sms,
    },
    invitation: {
      subject: 'Your temporary password',
      before: [
        'You have an account at {appName}. Sign in with this temporary password; you then choose your own password:',
      ],
      after: [
        'Your user name: {username}',
        'The temporary password works once and expires after some days. Do not share it. If you do not expect this e-mail, you do not need to do anything.',
      ],
      sms: 'Sign in to {appName} as {username} with the password {code}',
    },
  },
};
