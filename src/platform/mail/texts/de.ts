import type { MailTexts } from '../mail-text.js';

export const de: MailTexts = {
  greeting: 'Guten Tag,',
  footer: 'Diese E-Mail wurde automatisch von {service} versendet. Bitte antworten Sie nicht darauf.',
  ifButtonFails: 'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:',
  mails: {
    confirmation: {
      subject: 'Bestätigen Sie Ihre Adresse',
      paragraphs: [
        'Jemand, vermutlich Sie selbst, hat sich mit dieser Adresse registriert. Bestätigen Sie sie, um die Registrierung abzuschließen.',
        'Der Link gilt drei Tage. Sie werden nach dem Passwort gefragt, das Sie bei der Registrierung gewählt haben. Falls Sie es nicht kennen oder sich eine andere Person registriert hat, registrieren Sie sich mit dieser Adresse noch einmal: Der Link in der neuen E-Mail setzt das neue Passwort.',
        'Falls Sie sich nicht registriert haben, brauchen Sie nichts zu tun: Ohne diesen Link kann das Konto nicht genutzt werden.',
      ],
      button: 'Adresse bestätigen',
    },
    sign_up_exists: {
      subject: 'Sie haben bereits ein Konto',
      paragraphs: [
        'Jemand, vermutlich Sie selbst, wollte sich mit dieser Adresse registrieren, aber dazu gibt es bereits ein Konto.',
        'Melden Sie sich einfach an. Falls Sie das Passwort vergessen haben, setzen Sie es auf der Anmeldeseite zurück. Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
      ],
    },
    password_changed: {
      subject: 'Ihr Passwort wurde geändert',
      paragraphs: [
        'Das Passwort Ihres Kontos wurde soeben geändert, und alle anderen Geräte wurden abgemeldet.',
        'Falls Sie es nicht waren, setzen Sie das Passwort sofort zurück und wenden Sie sich an den Support.',
      ],
    },
    email_change_confirm: {
      subject: 'Bestätigen Sie Ihre neue Adresse',
      paragraphs: [
        'Sie möchten diese Adresse künftig für Ihr Konto verwenden. Bestätigen Sie sie, um die Änderung abzuschließen; bis dahin gilt die alte.',
        'Der Link gilt einen Tag. Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
      ],
      button: 'Neue Adresse bestätigen',
    },
    email_change_notice: {
      subject: 'Ihre Adresse soll geändert werden',
      paragraphs: [
        'Jemand, der in Ihrem Konto angemeldet ist, möchte diese Adresse durch {newAddress} ersetzen. Das geschieht, sobald der Link in der E-Mail an die neue Adresse geöffnet wird.',
        'Falls Sie es nicht waren, brechen Sie die Änderung über den Link oben ab, ändern Sie sofort Ihr Passwort und wenden Sie sich an den Support.',
      ],
      button: 'Änderung abbrechen',
    },
    email_changed: {
      subject: 'Ihre Adresse wurde geändert',
      paragraphs: [
        'Ihr Konto verwendet jetzt eine andere Adresse. E-Mails dazu kommen nicht mehr hierher.',
        'Falls Sie es nicht waren, wenden Sie sich sofort an den Support.',
      ],
    },
  },
};
