import type { MailTexts } from '../mail.js';

export const de: MailTexts = {
  mails: {
    confirmation: {
      subject: 'Bestätigen Sie Ihre Adresse',
      paragraphs: [
        'Jemand, vermutlich Sie selbst, hat sich mit dieser Adresse registriert. Bestätigen Sie die Adresse, um die Registrierung abzuschließen.',
        'Der Link gilt drei Tage. Sie werden nach dem Passwort gefragt, das Sie bei der Registrierung gewählt haben. Falls Sie es nicht kennen oder sich eine andere Person registriert hat, registrieren Sie sich mit dieser Adresse noch einmal: Der Link in der neuen E-Mail setzt das neue Passwort.',
        'Falls Sie sich nicht registriert haben, brauchen Sie nichts zu tun: Ohne diesen Link kann das Konto nicht genutzt werden.',
      ],
      button: 'Adresse bestätigen',
    },
    sign_up_exists: {
      subject: 'Sie haben bereits ein Konto',
      paragraphs: [
        'Jemand, vermutlich Sie selbst, wollte sich mit dieser Adresse registrieren, aber es gibt dafür bereits ein Konto.',
        'Melden Sie sich mit diesem Konto an. Falls Sie das Passwort vergessen haben, setzen Sie es auf der Anmeldeseite zurück. Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
      ],
      button: 'Anmelden',
    },
    password_changed: {
      subject: 'Ihr Passwort wurde geändert',
      paragraphs: [
        'Das Passwort Ihres Kontos wurde soeben geändert, und alle anderen Geräte wurden abgemeldet.',
        'Falls Sie es nicht waren, setzen Sie das Passwort sofort zurück und wenden Sie sich an den Support.',
      ],
      button: 'Passwort zurücksetzen',
    },
    password_may_have_changed: {
      subject: 'Ihr Passwort wurde möglicherweise geändert',
      paragraphs: [
        'Eine Änderung des Passworts Ihres Kontos wurde unterbrochen; wir wissen nicht, ob das neue Passwort gilt. Zur Sicherheit wurden andere Geräte abgemeldet.',
        'Falls das Passwort nicht funktioniert, setzen Sie es zurück. Falls Sie es nicht waren, setzen Sie es sofort zurück und wenden Sie sich an den Support.',
      ],
      button: 'Passwort zurücksetzen',
    },
    session_reused: {
      subject: 'Eine Anmeldung an Ihrem Konto wurde möglicherweise kopiert',
      paragraphs: [
        'Wir haben festgestellt, dass die gespeicherte Anmeldung eines Ihrer Geräte an zwei Stellen benutzt wurde. Möglicherweise wurde sie kopiert; deshalb gilt sie nirgends mehr, und auch andere Geräte wurden eventuell abgemeldet.',
        'Bitte melden Sie sich neu an. Falls Sie das nicht selbst verursacht haben, etwa indem Sie die Daten einer App kopiert haben, ändern Sie Ihr Passwort und wenden Sie sich an den Support.',
      ],
      button: 'Sitzungen anzeigen',
    },
    mfa_enabled: {
      subject: 'Für Ihr Konto wurde ein zweiter Faktor eingerichtet',
      paragraphs: [
        'Für Ihr Konto wurde eine Authentifizierungs-App eingerichtet: Ihr Code wird bei jeder Anmeldung verlangt. Alle anderen Geräte wurden abgemeldet.',
        'Falls Sie es nicht waren, wenden Sie sich sofort an den Support: Jemand kennt Ihr Passwort oder hat eines Ihrer Geräte benutzt.',
      ],
      button: 'Sicherheitseinstellungen öffnen',
    },
    mfa_removed: {
      subject: 'Der zweite Faktor Ihres Kontos wurde entfernt',
      paragraphs: [
        'Der zweite Faktor Ihres Kontos wurde entfernt: Sein Code wird bei der Anmeldung nicht mehr verlangt. Andere Geräte wurden abgemeldet.',
        'Falls Sie das nicht wollten, melden Sie sich an, richten Sie den zweiten Faktor wieder ein, ändern Sie Ihr Passwort und wenden Sie sich an den Support.',
      ],
      button: 'Sicherheitseinstellungen öffnen',
    },
    mfa_may_have_changed: {
      subject: 'Der zweite Faktor Ihres Kontos wurde möglicherweise geändert',
      paragraphs: [
        'Eine Änderung des zweiten Faktors Ihres Kontos wurde unterbrochen; wir wissen nicht, ob sie wirksam ist. Zur Sicherheit wurden andere Geräte abgemeldet.',
        'Melden Sie sich an und prüfen Sie den zweiten Faktor. Falls Sie es nicht waren, ändern Sie sofort Ihr Passwort und wenden Sie sich an den Support.',
      ],
      button: 'Sicherheitseinstellungen öffnen',
    },
    mfa_removal_allowed: {
      subject: 'Ihr zweiter Faktor kann beim Zurücksetzen entfernt werden',
      paragraphs: [
        'Der Support hat erlaubt, dass der zweite Faktor Ihres Kontos entfernt wird. Setzen Sie innerhalb von 24 Stunden Ihr Passwort zurück und wählen Sie dabei, dass der zweite Faktor entfernt wird; bis dahin ändert sich nichts.',
        'Falls Sie darum nicht gebeten haben, setzen Sie das Passwort nicht zurück und wenden Sie sich sofort an den Support.',
      ],
      button: 'Passwort zurücksetzen',
    },
    reset_invitation: {
      subject: 'Wählen Sie ein neues Passwort für Ihr Konto',
      paragraphs: [
        'Sie haben mit dieser Adresse ein Konto bei {appName}. Die Anmeldung wurde erneuert. Damit Sie Ihr Konto weiter nutzen können, wählen Sie bitte ein neues Passwort.',
        'Geben Sie auf der Seite, die sich öffnet, diese Adresse ein. Sie erhalten dann per E-Mail einen Code, mit dem Sie das neue Passwort wählen.',
        'Der Link enthält weder ein Passwort noch einen Code, niemand kann sich damit anmelden. Sie können auch selbst die Anmeldeseite öffnen und dort das Passwort zurücksetzen. Wenn Sie das Konto nicht mehr brauchen, müssen Sie nichts tun.',
      ],
      button: 'Neues Passwort wählen',
    },
    email_change_confirm: {
      subject: 'Bestätigen Sie Ihre neue Adresse',
      paragraphs: [
        'Sie möchten diese Adresse künftig für Ihr Konto verwenden. Bestätigen Sie sie, um die Änderung abzuschließen; bis dahin gilt die alte Adresse.',
        'Der Link gilt einen Tag. Falls Sie es nicht waren, brauchen Sie nichts zu tun.',
      ],
      button: 'Neue Adresse bestätigen',
    },
    email_change_notice: {
      subject: 'Ihre Adresse soll geändert werden',
      paragraphs: [
        'Jemand, der in Ihrem Konto angemeldet ist, möchte diese Adresse durch {newAddress} ersetzen. Die Änderung gilt, sobald sie mit dem Link in der E-Mail an die neue Adresse bestätigt wird.',
        'Falls Sie es nicht waren, brechen Sie die Änderung über den Link oben ab, ändern Sie sofort Ihr Passwort und wenden Sie sich an den Support.',
      ],
      button: 'Änderung abbrechen',
    },
    email_changed: {
      subject: 'Ihre Adresse wurde geändert',
      paragraphs: [
        'Ihr Konto verwendet jetzt eine andere Adresse. E-Mails zu Ihrem Konto werden nicht mehr an die bisherige Adresse gesendet.',
        'Falls Sie es nicht waren, wenden Sie sich sofort an den Support.',
      ],
    },
  },
};
