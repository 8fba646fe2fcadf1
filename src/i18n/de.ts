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
      detail: 'Dieser Schritt hat zu lange gedauert oder ist bereits abgeschlossen. Melden Sie sich neu an.',
    },
    'auth.challenge_unsupported': {
      title: 'Anmeldeschritt nicht unterstützt',
      detail:
        'Dieses Konto verlangt einen Anmeldeschritt, der hier nicht verfügbar ist. Wenden Sie sich an den Support.',
    },
    'auth.code_wrong': {
      title: 'Falscher Code',
      detail: 'Der Code ist falsch. Prüfen Sie ihn und versuchen Sie es erneut.',
    },
    'auth.code_expired': {
      title: 'Code abgelaufen',
      detail:
        'Der Code ist abgelaufen oder wurde bereits verwendet. Warten Sie auf den nächsten, oder melden Sie sich neu an, um einen neuen zu erhalten.',
    },
    'auth.csrf': {
      title: 'Anfrage von einer anderen Website',
      detail:
        'Laut Browser stammt diese Anfrage von einer anderen Website. Senden Sie sie aus der Anwendung selbst.',
    },
    'auth.cookie_cross_site': {
      title: 'Cookie einer anderen Website',
      detail:
        'Der Browser verwirft das Sitzungs-Cookie, weil diese Seite zu einer anderen Website gehört als der Anmeldedienst. Stellen Sie beide unter derselben registrierbaren Domain und demselben Schema bereit, oder melden Sie sich mit Tokens an.',
    },
    'auth.forbidden': {
      title: 'Nicht erlaubt',
      detail:
        'Sie sind angemeldet, haben hierfür aber nicht die nötigen Rechte. Wenden Sie sich an eine Administratorin oder einen Administrator.',
    },
    'auth.reauthentication_required': {
      title: 'Bestätigen Sie Ihre Identität',
      detail:
        'Hierfür müssen Sie sich vor Kurzem angemeldet haben. Senden Sie die Anfrage erneut mit Ihrem Passwort (und, falls Sie einen zweiten Faktor nutzen, dessen Code), oder melden Sie sich neu an.',
    },
    'auth.account_link_conflict': {
      title: 'Konto kann nicht verknüpft werden',
      detail:
        'Die Adresse ist nicht bestätigt oder ist bereits mit einem anderen Konto verknüpft. Bestätigen Sie die Adresse, oder wenden Sie sich ' +
        'an den Support, um die Konten zusammenführen zu lassen.',
    },
    'request.invalid': {
      title: 'Ungültige Anfrage',
      detail:
        'Ein Teil der Anfrage fehlt oder ist ungültig. Korrigieren Sie die in "errors" genannten Felder und senden Sie die Anfrage erneut.',
    },
    'request.not_found': {
      title: 'Nicht gefunden',
      detail: 'Unter dieser Adresse gibt es nichts. Die verfügbaren Routen finden Sie unter /docs.',
    },
    'passwords.blank': { title: 'Passwort fehlt', detail: 'Geben Sie ein Passwort ein.' },
    'passwords.confirmation_mismatch': {
      title: 'Passwörter stimmen nicht überein',
      detail: 'Geben Sie zweimal dasselbe Passwort ein.',
    },
    'passwords.code_missing': { title: 'Code fehlt', detail: 'Geben Sie den Code aus der E-Mail ein.' },
    'passwords.reset_not_started': {
      title: 'Kein Zurücksetzen im Gange',
      detail: 'Fordern Sie zuerst einen Code zum Zurücksetzen an. Er gilt nur begrenzte Zeit.',
    },
    'passwords.code_wrong': {
      title: 'Code falsch oder abgelaufen',
      detail:
        'Der Code ist falsch, abgelaufen oder bereits verwendet. Prüfen Sie ihn oder fordern Sie einen neuen an. Warten Sie nach mehreren Versuchen eine Stunde.',
    },
    'passwords.code_expired': {
      title: 'Code abgelaufen',
      detail: 'Der Code ist abgelaufen oder wurde bereits verwendet. Fordern Sie einen neuen an.',
    },
    'passwords.policy': {
      title: 'Passwort nicht angenommen',
      detail:
        'Das Passwort entspricht nicht den in "errors" genannten Regeln. Wählen Sie ein anderes Passwort.',
    },
    'passwords.reused': {
      title: 'Passwort bereits verwendet',
      detail: 'Wählen Sie ein Passwort, das für dieses Konto noch nie verwendet wurde.',
    },
    'passwords.reset_required': {
      title: 'Passwort muss zurückgesetzt werden',
      detail:
        'Das Passwort ist richtig, entspricht aber nicht mehr den Regeln. Setzen Sie es mit einem Code zurück, den Sie per E-Mail erhalten.',
    },
    'users.confirmation_invalid': {
      title: 'Link ungültig oder abgelaufen',
      detail:
        'Dieser Bestätigungslink ist falsch, abgelaufen oder durch einen neueren ersetzt. Fordern Sie eine neue E-Mail an.',
    },
    too_many_requests: {
      title: 'Zu viele Versuche',
      detail: 'Warten Sie so viele Sekunden, wie "retryAfter" angibt, und versuchen Sie es dann erneut.',
    },
    'legacy.unavailable': {
      title: 'Alte Benutzerdatenbank nicht erreichbar',
      detail: 'Ihr Konto kann gerade nicht geprüft werden. Versuchen Sie es gleich noch einmal.',
    },
    'cognito.unexpected_answer': {
      title: 'Unerwartete Antwort des Anmeldedienstes',
      detail:
        'Bei uns ist ein Fehler aufgetreten. Versuchen Sie es erneut; tritt er weiterhin auf, wenden Sie sich mit der Anfragenummer (requestId) an den Support.',
    },
    'cognito.unavailable': {
      title: 'Anmeldedienst nicht erreichbar',
      detail: 'Versuchen Sie es gleich noch einmal.',
    },
    'cognito.credentials_missing': {
      title: 'Hier nicht verfügbar',
      detail:
        'Diese Funktion benötigt AWS-Zugangsdaten, die nicht eingerichtet sind. Wenden Sie sich an den Support.',
    },
    overloaded: { title: 'Dienst überlastet', detail: 'Versuchen Sie es gleich noch einmal.' },
    internal: {
      title: 'Interner Fehler',
      detail:
        'Bei uns ist ein Fehler aufgetreten. Versuchen Sie es erneut; tritt er weiterhin auf, wenden Sie sich mit der Anfragenummer (requestId) an den Support.',
    },
  },
  messages: {
    'request.unreadable': 'die Anfrage kann nicht verarbeitet werden',
    'request.headers_too_large': 'die Header sind zu groß',
    'request.address_too_long': 'die Adresse ist zu lang',
    'request.too_slow': 'die Anfrage ist nicht rechtzeitig angekommen',
    'body.not_json': 'der Body muss wohlgeformtes JSON in UTF-8 sein',
    'body.not_an_object': 'der Body muss ein JSON-Objekt sein',
    'body.not_sent_as_json': 'der Body muss als application/json gesendet werden',
    'body.too_large': 'der Body ist zu groß',
    'field.unknown_field': 'ist kein Feld dieser Anfrage',
    'field.missing': 'fehlt',
    'field.invalid': 'ist ungültig',
    'field.not_text': 'muss Text sein',
    'field.not_a_boolean': 'muss true oder false sein',
    'field.not_a_whole_number': 'muss eine ganze Zahl sein',
    'field.not_an_email': 'muss eine E-Mail-Adresse sein',
    'field.not_storable': 'darf weder NUL noch einzelne Surrogate enthalten',
    'field.not_a_text_map': 'muss ein Objekt sein, dessen Werte Text sind',
    'field.not_a_profile': 'muss ein speicherbares JSON-Objekt von höchstens {maximum} Bytes sein',
    'field.not_roles': 'muss eine Liste von höchstens {maximum} Rollennamen ohne Wiederholungen sein',
    'field.not_a_number_from': 'muss eine Zahl von {minimum} bis {maximum} sein',
    'field.not_a_cursor': 'ist kein gültiger Seitenzeiger (Cursor)',
    'field.too_long': 'darf höchstens {maximum} Zeichen lang sein',
    'field.blank': 'darf nicht leer sein',
    'field.not_allowed': 'muss einer dieser Werte sein: {choices}',
    'password.blank': 'darf nicht leer sein',
    'password.mismatch': 'muss mit dem Passwort übereinstimmen',
    'password.too_short': 'ist zu kurz',
    'password.too_long': 'ist zu lang',
    'password.needs_upper_case': 'muss einen Großbuchstaben enthalten',
    'password.needs_lower_case': 'muss einen Kleinbuchstaben enthalten',
    'password.needs_digit': 'muss eine Ziffer enthalten',
    'password.needs_symbol': 'muss ein Sonderzeichen enthalten',
    'password.outer_white_space':
      'darf nicht mit einem Leerzeichen beginnen oder enden und keinen Zeilenumbruch enthalten',
    'password.against_the_rules': 'entspricht nicht den Passwortregeln',
    'code.missing': 'muss der Code aus der E-Mail sein',
    'reset.missing': 'fehlt: Es ist kein Zurücksetzen im Gange',
  },
};
