import type { MailTexts } from '../mail.js';

export const en: MailTexts = {
  mails: {
    confirmation: {
      subject: 'Confirm your address',
      paragraphs: [
        'Someone, most likely you, signed up with this address. Confirm the address to complete the sign-up.',
        'The link is valid for three days. You will be asked for the password that you chose when you signed up. If you do not know it, or if another person signed up, sign up again with this address: the link in that e-mail sets the new password.',
        'If you did not sign up, you do not need to do anything: without this link the account cannot be used.',
      ],
      button: 'Confirm the address',
    },
    sign_up_exists: {
      subject: 'You have an account already',
      paragraphs: [
        'Someone, most likely you, tried to sign up with this address, but it already has an account.',
        'Sign in to this account. If you have forgotten the password, reset it on the sign-in page. If this was not you, you do not need to do anything.',
      ],
      button: 'Sign in',
    },
    password_changed: {
      subject: 'Your password was changed',
      paragraphs: [
        'The password of your account has just been changed, and all other devices were signed out.',
        'If this was not you, reset the password immediately and contact support.',
      ],
      button: 'Reset the password',
    },
    password_may_have_changed: {
      subject: 'Your password may have changed',
      paragraphs: [
        'A change of the password of your account was interrupted, and we do not know whether the new password is in effect. As a precaution, other devices were signed out.',
        'If the password does not work, reset it. If this was not you, reset it immediately and contact support.',
      ],
      button: 'Reset the password',
    },
    session_reused: {
      subject: 'A sign-in to your account may have been copied',
      paragraphs: [
        'We noticed that the saved sign-in of one of your devices was used in two places. It may have been copied, so it no longer works anywhere; other devices may have been signed out as well.',
        'Please sign in again. If you did not cause this yourself, for example by copying the data of an app, change your password and contact support.',
      ],
      button: 'Show the sessions',
    },
    mfa_enabled: {
      subject: 'A second factor was set up for your account',
      paragraphs: [
        'An authenticator app was set up for your account: its code is required at every sign-in. All other devices were signed out.',
        'If this was not you, contact support immediately: someone knows your password or used one of your devices.',
      ],
      button: 'Open the security settings',
    },
    mfa_removed: {
      subject: 'The second factor of your account was removed',
      paragraphs: [
        'The second factor of your account was removed: its code is no longer required at sign-in. Other devices were signed out.',
        'If you did not want this, sign in, set the second factor up again, change your password and contact support.',
      ],
      button: 'Open the security settings',
    },
    mfa_may_have_changed: {
      subject: 'The second factor of your account may have changed',
      paragraphs: [
        'A change of the second factor of your account was interrupted, and we do not know whether it took effect. As a precaution, other devices were signed out.',
        'Sign in and check the second factor. If this was not you, change your password immediately and contact support.',
      ],
      button: 'Open the security settings',
    },
    mfa_removal_allowed: {
      subject: 'Your second factor can be removed at a reset',
      paragraphs: [
        'Support has allowed the removal of the second factor of your account. Reset your password within 24 hours and choose to remove the second factor. Until then, nothing changes.',
        'If you did not ask for this, do not reset your password, and contact support immediately.',
      ],
      button: 'Reset the password',
    },
    reset_invitation: {
      subject: 'Choose a new password for your account',
      paragraphs: [
        'You have an account with this address at {appName}. The sign-in has been renewed. So that you can go on using your account, please choose a new password.',
        'On the page that opens, enter this address. You will then receive a code by e-mail, with which you choose the new password.',
        'The link contains neither a password nor a code, so nobody can sign in with it. You can also open the sign-in page yourself and reset the password there. If you no longer need the account, you do not need to do anything.',
      ],
      button: 'Choose a new password',
    },
    email_change_confirm: {
      subject: 'Confirm your new address',
      paragraphs: [
        'You asked to use this address for your account from now on. Confirm it to complete the change; until then, the old address stays valid.',
        'The link is valid for one day. If this was not you, you do not need to do anything.',
      ],
      button: 'Confirm the new address',
    },
    email_change_notice: {
      subject: 'Your address is about to change',
      paragraphs: [
        'Someone who is signed in to your account asked to replace this address with {newAddress}. The change takes effect when it is confirmed with the link in the e-mail to the new address.',
        'If this was not you, cancel the change with the link above, change your password immediately and contact support.',
      ],
      button: 'Cancel the change',
    },
    email_changed: {
      subject: 'Your address was changed',
      paragraphs: [
        'Your account now uses another address. E-mails about your account are no longer sent here.',
        'If this was not you, contact support immediately.',
      ],
    },
  },
};
