import type { MailTexts } from '../mail-text.js';

export const en: MailTexts = {
  greeting: 'Hello,',
  footer: 'This mail was sent automatically by {service}. Please do not reply to it.',
  ifButtonFails: 'If the button does not work, open this address:',
  mails: {
    confirmation: {
      subject: 'Confirm your address',
      paragraphs: [
        'Somebody, most likely you, signed up with this address. Confirm it to finish.',
        'The link is valid for three days. You will be asked for the password that you chose when you signed up. If you do not know it, or if another person signed up, sign up again with this address: the link in that e-mail sets the new password.',
        'If you did not sign up, do nothing: without this link the account cannot be used.',
      ],
      button: 'Confirm the address',
    },
    sign_up_exists: {
      subject: 'You have an account already',
      paragraphs: [
        'Somebody, most likely you, tried to sign up with this address, but it has an account already.',
        'Simply sign in. If you have forgotten the password, have it reset on the sign-in page. If it was not you, you need not do anything.',
      ],
    },
    password_changed: {
      subject: 'Your password was changed',
      paragraphs: [
        'The password of your account has just been changed, and all other devices were signed out.',
        'If it was not you, reset the password at once and contact support.',
      ],
    },
    email_change_confirm: {
      subject: 'Confirm your new address',
      paragraphs: [
        'You want to use this address for your account from now on. Confirm it to finish; until then the old one stays.',
        'The link is good for one day. If it was not you, do nothing.',
      ],
      button: 'Confirm the new address',
    },
    email_change_notice: {
      subject: 'Your address is about to change',
      paragraphs: [
        'Somebody signed in to your account wants to replace this address with {newAddress}. It happens once the link in the mail to the new address is opened.',
        'If it was not you, cancel the change with the link above, change your password at once and contact support.',
      ],
      button: 'Cancel the change',
    },
    email_changed: {
      subject: 'Your address was changed',
      paragraphs: [
        'Your account now uses another address. Mails about it no longer come here.',
        'If it was not you, contact support at once.',
      ],
    },
  },
};
