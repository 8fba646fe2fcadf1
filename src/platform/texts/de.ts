import type { Texts } from './texts.js';

export const de: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Anmeldung abgelehnt',
      detail:
        'E-Mail-Adresse oder Passwort ist falsch, oder mit diesem Konto ist zurzeit keine Anmeldung möglich. Prüfen Sie beides und ' +
        'versuchen Sie es in einigen Minuten erneut, setzen Sie das Passwort zurück, öffnen Sie die Bestätigungsmail, falls Sie sich ' +
        'kürzlich registriert haben, oder wenden Sie sich an den Support.',
    },
    'auth.token_invalid': {
      title: 'Nicht angemeldet',
      detail:
        'Das Token fehlt, ist abgelaufen oder nicht mehr gültig. Erneuern Sie es oder melden Sie sich neu an.',
    },
    'auth.challenge_expired': {
      title: 'Anmeldeschritt abgelaufen',
      detail: 'Dieser Schritt hat zu lange gedauert oder wurde bereits beantwortet. Melden Sie sich neu an.',
    },
    'auth.challenge_unsupported': {
      title: 'Anmeldeschritt nicht unterstützt',
      detail:
        'Dieses Konto verlangt einen Anmeldeschritt, der hier nicht verfügbar ist. Wenden Sie sich an den Support.',
    },
    'auth.code_wrong': {
      title: 'Falscher Code',
      detail: 'Das ist nicht der erwartete Code. Prüfen Sie ihn und versuchen Sie es erneut.',
    },
    'auth.code_expired': {
      title: 'Code nicht mehr gültig',
      detail:
        'Der Code ist zu alt oder wurde bereits verwendet. Warten Sie auf den nächsten, oder melden Sie sich neu an, um einen neuen zu erhalten.',
    },
    'auth.csrf': {
      title: 'Anfrage von einer anderen Website',
      detail:
        'Laut Browser kommt diese Anfrage von einer anderen Website. Senden Sie sie aus der Anwendung selbst.',
    },
    'auth.forbidden': {
      title: 'Nicht erlaubt',
      detail:
        'Sie sind angemeldet, aber hierfür fehlen Ihnen die nötigen Rechte. Wenden Sie sich an eine Administratorin oder einen Administrator.',
    },
    'auth.account_link_conflict': {
      title: 'Konto kann nicht verknüpft werden',
      detail:
        'Die Adresse ist nicht bestätigt oder ist bereits mit einem anderen Konto verknüpft. Bestätigen Sie die Adresse, oder wenden Sie sich ' +
        'an den Support, um die Konten zusammenführen zu lassen.',
    },
    'request.invalid': {
      title: 'Anfrage nicht verstanden',
      detail:
        'Etwas in der Anfrage fehlt oder hat die falsche Form. "errors" nennt jedes Feld; korrigieren Sie es und senden Sie die Anfrage erneut.',
    },
    'request.not_found': {
      title: 'Nicht gefunden',
      detail: 'Unter dieser Adresse gibt es nichts. /docs zeigt, was es gibt.',
    },
    'passwords.blank': { title: 'Passwort fehlt', detail: 'Wählen Sie ein neues Passwort.' },
    'passwords.confirmation_mismatch': {
      title: 'Passwörter stimmen nicht überein',
      detail: 'Geben Sie zweimal dasselbe Passwort ein.',
    },
    'passwords.code_missing': { title: 'Code fehlt', detail: 'Geben Sie den Code aus der E-Mail ein.' },
    'passwords.reset_not_started': {
      title: 'Kein Zurücksetzen angefordert',
      detail: 'Fordern Sie zuerst eine Zurücksetzung an; ihr Code gilt nur begrenzte Zeit.',
    },
    'passwords.code_wrong': {
      title: 'Falscher Code',
      detail: 'Das ist nicht der Code aus der E-Mail. Prüfen Sie ihn und versuchen Sie es erneut.',
    },
    'passwords.code_expired': {
      title: 'Code nicht mehr gültig',
      detail: 'Der Code ist zu alt oder wurde bereits verwendet. Fordern Sie einen neuen an.',
    },
    'passwords.policy': {
      title: 'Passwort nicht angenommen',
      detail:
        'Das Passwort entspricht nicht den Regeln. "errors" nennt, was fehlt; wählen Sie ein anderes Passwort.',
    },
    'passwords.reused': {
      title: 'Passwort schon verwendet',
      detail: 'Wählen Sie ein Passwort, das für dieses Konto noch nie verwendet wurde.',
    },
    'passwords.reset_required': {
      title: 'Passwort muss erneuert werden',
      detail:
        'Das Passwort ist richtig, entspricht aber nicht mehr den Regeln. Setzen Sie es zurück: Der Code kommt per E-Mail.',
    },
    'users.confirmation_invalid': {
      title: 'Link nicht gültig',
      detail:
        'Dieser Bestätigungslink ist falsch, zu alt oder durch einen neueren ersetzt. Fordern Sie eine neue E-Mail an.',
    },
    too_many_requests: {
      title: 'Zu viele Versuche',
      detail: 'Warten Sie so lange, wie "retryAfter" angibt, und versuchen Sie es dann erneut.',
    },
    'cognito.unexpected_answer': {
      title: 'Unerwartete Antwort des Anmeldedienstes',
      detail:
        'Der Fehler liegt nicht bei Ihnen. Versuchen Sie es erneut; bleibt er bestehen, wenden Sie sich mit der Anfragenummer (requestId) an den Support.',
    },
    'cognito.unavailable': {
      title: 'Anmeldedienst nicht erreichbar',
      detail: 'Versuchen Sie es gleich noch einmal.',
    },
    'cognito.credentials_missing': {
      title: 'Hier nicht verfügbar',
      detail: 'Usher hat dafür keine AWS-Zugangsdaten. Wenden Sie sich an den Support.',
    },
    overloaded: { title: 'Überlastet', detail: 'Versuchen Sie es gleich noch einmal.' },
    internal: {
      title: 'Interner Fehler',
      detail:
        'Der Fehler liegt bei uns. Versuchen Sie es erneut; bleibt er bestehen, wenden Sie sich mit der Anfragenummer (requestId) an den Support.',
    },
  },
  faults: {
    'request.unreadable': 'die Anfrage kann nicht verarbeitet werden',
    'request.headers_too_large': 'die Kopfzeilen sind zu groß',
    'request.address_too_long': 'die Adresse ist zu lang',
    'request.too_slow': 'die Anfrage ist nicht rechtzeitig angekommen',
    'body.not_json': 'der Inhalt muss wohlgeformtes JSON in UTF-8 sein',
    'body.not_an_object': 'der Inhalt muss ein JSON-Objekt sein',
    'body.not_sent_as_json': 'der Inhalt muss als application/json gesendet werden',
    'body.too_large': 'der Inhalt ist zu groß',
    'field.unknown': 'ist kein Feld dieser Anfrage',
    'field.missing': 'fehlt',
    'field.invalid': 'ist ungültig',
    'field.not_text': 'muss Text sein',
    'field.not_a_whole_number': 'muss eine ganze Zahl sein',
    'field.not_an_address': 'muss eine E-Mail-Adresse sein',
    'field.not_storable': 'darf weder NUL noch einzelne Surrogate enthalten',
    'field.not_a_text_map': 'muss ein Objekt sein, dessen Werte Text sind',
    'field.not_a_profile': 'muss ein speicherbares JSON-Objekt von höchstens {max} Bytes sein',
    'field.not_roles': 'muss eine Liste von höchstens {max} Rollennamen sein, jeder einmal',
    'field.not_a_number_from': 'muss eine Zahl von {min} bis {max} sein',
    'field.not_a_cursor': 'stammt nicht aus einer früheren Antwort',
    'field.too_long': 'darf höchstens {max} Zeichen lang sein',
    'field.wrong_length': 'muss {min} bis {max} Zeichen lang sein',
    'field.not_one_of': 'muss einer dieser Werte sein: {choices}',
    'password.blank': 'darf nicht leer sein',
    'password.differs': 'muss mit dem Passwort übereinstimmen',
    'password.too_short': 'ist zu kurz',
    'password.too_long': 'ist zu lang',
    'password.needs_upper_case': 'braucht einen Großbuchstaben',
    'password.needs_lower_case': 'braucht einen Kleinbuchstaben',
    'password.needs_digit': 'braucht eine Ziffer',
    'password.needs_symbol': 'braucht ein Sonderzeichen',
    'password.against_the_rules': 'entspricht nicht den Passwortregeln',
    'code.missing': 'muss der Code aus der E-Mail sein',
    'reset.not_started': 'ist nicht bekannt: es ist keine Zurücksetzung im Gange',
  },
};
