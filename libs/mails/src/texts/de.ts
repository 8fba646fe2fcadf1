import type { SharedTexts } from './texts.js';

const sms = '{code} ist Ihr Code für {appName}. Geben Sie ihn nicht weiter.';

export const de: SharedTexts = {
  frame: {
    greeting: 'Guten Tag,',
    footer: 'Diese E-Mail wurde automatisch von {appName} versendet. Bitte antworten Sie nicht darauf.',
    ifButtonFails: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:',
  },
  resetButton: 'Neues Passwort wählen',
  messages: {
    sign_up: {
      subject: 'Ihr Bestätigungscode',
      before: [
        'Jemand, vermutlich Sie selbst, hat sich mit dieser Adresse bei {appName} registriert. Geben Sie diesen Code ein, um sie zu bestätigen:',
      ],
      after: [
        'Der Code gilt 24 Stunden. Falls Sie sich nicht registriert haben, brauchen Sie nichts zu tun.',
      ],
      sms,
    },
    reset: {
      subject: 'Ihr Code für ein neues Passwort',
      before: [
        'Jemand, vermutlich Sie selbst, hat für Ihr Konto ein neues Passwort angefordert. Geben Sie diesen Code ein und wählen Sie das neue Passwort:',
      ],
      after: [
        'Der Code gilt eine Stunde. Geben Sie ihn nicht weiter: Der Support fragt nie danach. Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
      ],
      sms,
    },
    attribute: {
      subject: 'Ihr Code zur Bestätigung dieser Adresse',
      before: [
        'Jemand, vermutlich Sie selbst, möchte diese Adresse für ein Konto bei {appName} verwenden. Geben Sie diesen Code ein, um sie zu bestätigen:',
      ],
      after: ['Der Code gilt 24 Stunden. Falls Sie es nicht waren, brauchen Sie nichts zu tun.'],
      sms,
    },
    sign_in: {
      subject: 'Ihr Anmeldecode',
      before: ['Geben Sie diesen Code ein, um die Anmeldung an Ihrem Konto abzuschließen:'],
      after: [
        'Der Code gilt wenige Minuten. Geben Sie ihn nicht weiter: Der Support fragt nie danach. Falls Sie sich gerade nicht anmelden, kennt jemand Ihr Passwort: Ändern Sie es sofort und wenden Sie sich an den Support.',
      ],
      sms,
    },
    invitation: {
      subject: 'Ihr vorläufiges Passwort',
      before: [
        'Sie haben ein Konto bei {appName}. Melden Sie sich mit diesem vorläufigen Passwort an; danach wählen Sie Ihr eigenes:',
      ],
      after: [
        'Ihr Benutzername: {username}',
        'Das vorläufige Passwort gilt nur einmal und läuft nach einigen Tagen ab. Geben Sie es nicht weiter. Falls Sie diese E-Mail nicht erwarten, brauchen Sie nichts zu tun.',
      ],
      sms: 'Melden Sie sich bei {appName} als {username} mit dem Passwort {code} an',
    },
  },
};
