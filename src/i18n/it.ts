import type { Texts } from './texts.js';

export const it: Texts = {
  problems: {
    'auth.invalid_credentials': {
      title: 'Accesso rifiutato',
      detail:
        'L’indirizzo e-mail o la password non è corretta, oppure questo account al momento non può accedere. Controlli entrambi e ' +
        'riprovi tra qualche minuto, reimposti la password, apra l’e-mail di conferma se si è registrato da poco, oppure contatti ' +
        'l’assistenza.',
    },
    'auth.token_invalid': {
      title: 'Accesso non effettuato',
      detail: 'Il token manca, è scaduto o non è più valido. Lo rinnovi oppure acceda di nuovo.',
    },
    'auth.challenge_expired': {
      title: 'Passaggio di accesso scaduto',
      detail: 'Questo passaggio ha richiesto troppo tempo o è già stato completato. Acceda di nuovo.',
    },
    'auth.challenge_unsupported': {
      title: 'Passaggio di accesso non supportato',
      detail:
        'Questo account richiede un passaggio di accesso che qui non è disponibile. Contatti l’assistenza.',
    },
    'auth.code_wrong': {
      title: 'Codice errato',
      detail: 'Il codice è errato. Lo controlli e riprovi.',
    },
    'auth.code_expired': {
      title: 'Codice scaduto',
      detail:
        'Il codice è scaduto o è già stato usato. Attenda il prossimo, oppure acceda di nuovo per riceverne uno nuovo.',
    },
    'auth.csrf': {
      title: 'Richiesta da un altro sito',
      detail:
        'Secondo il browser questa richiesta proviene da un altro sito. La invii dall’applicazione stessa.',
    },
    'auth.cookie_cross_site': {
      title: 'Cookie di un altro sito',
      detail:
        'Il browser scarta il cookie di sessione, perché questa pagina appartiene a un sito diverso da quello del servizio di accesso. Pubblichi entrambi con lo stesso dominio registrabile e lo stesso schema oppure acceda con i token.',
    },
    'auth.forbidden': {
      title: 'Non consentito',
      detail:
        'Ha effettuato l’accesso, ma non dispone delle autorizzazioni necessarie. Si rivolga a un amministratore.',
    },
    'auth.reauthentication_required': {
      title: 'Confermi la Sua identità',
      detail:
        'Questa azione richiede un accesso recente. Invii di nuovo la richiesta con la password (e, se usa un secondo fattore, il relativo codice) oppure acceda di nuovo.',
    },
    'auth.account_link_conflict': {
      title: 'Impossibile collegare l’account',
      detail:
        'L’indirizzo non è verificato o è già associato a un altro account. Verifichi l’indirizzo, oppure contatti l’assistenza per far ' +
        'unire gli account.',
    },
    'request.invalid': {
      title: 'Richiesta non valida',
      detail:
        'Una parte della richiesta manca o non è valida. Corregga i campi indicati in "errors" e invii di nuovo la richiesta.',
    },
    'request.not_found': {
      title: 'Non trovato',
      detail: 'A questo indirizzo non c’è nulla. Consulti /docs per l’elenco delle route disponibili.',
    },
    'passwords.blank': { title: 'Password mancante', detail: 'Inserisca una password.' },
    'passwords.confirmation_mismatch': {
      title: 'Le password non coincidono',
      detail: 'Inserisca due volte la stessa password.',
    },
    'passwords.code_missing': {
      title: 'Codice mancante',
      detail: 'Inserisca il codice ricevuto per e-mail.',
    },
    'passwords.reset_not_started': {
      title: 'Nessuna reimpostazione in corso',
      detail: 'Richieda prima una reimpostazione. Il codice è valido per un tempo limitato.',
    },
    'passwords.code_wrong': {
      title: 'Codice errato o scaduto',
      detail:
        'Il codice è errato, è scaduto o è già stato usato. Lo controlli o ne richieda uno nuovo. Dopo diversi tentativi, attenda un’ora.',
    },
    'passwords.code_expired': {
      title: 'Codice scaduto',
      detail: 'Il codice è scaduto o è già stato usato. Ne richieda uno nuovo.',
    },
    'passwords.policy': {
      title: 'Password non accettata',
      detail: 'La password non rispetta le regole indicate in "errors". Ne scelga un’altra.',
    },
    'passwords.reused': {
      title: 'Password già usata',
      detail: 'Scelga una password che non sia mai stata usata per questo account.',
    },
    'passwords.reset_required': {
      title: 'Password da reimpostare',
      detail:
        'La password è corretta, ma non rispetta più le regole. La reimposti con un codice che riceverà per e-mail.',
    },
    'users.confirmation_invalid': {
      title: 'Link non valido o scaduto',
      detail:
        'Questo link di conferma è errato, è scaduto o è stato sostituito da uno più recente. Richieda una nuova e-mail.',
    },
    too_many_requests: {
      title: 'Troppi tentativi',
      detail: 'Attenda il numero di secondi indicato in "retryAfter", poi riprovi.',
    },
    'legacy.unavailable': {
      title: 'Vecchio archivio utenti non disponibile',
      detail: 'Al momento non è possibile verificare il suo account. Riprovi tra qualche istante.',
    },
    'cognito.unexpected_answer': {
      title: 'Risposta inattesa del servizio di accesso',
      detail:
        'Si è verificato un errore da parte nostra. Riprovi; se persiste, contatti l’assistenza indicando il numero della richiesta (requestId).',
    },
    'cognito.unavailable': {
      title: 'Servizio di accesso non disponibile',
      detail: 'Riprovi tra qualche istante.',
    },
    'cognito.credentials_missing': {
      title: 'Non disponibile qui',
      detail: 'Questa funzione richiede credenziali AWS, che non sono configurate. Contatti l’assistenza.',
    },
    overloaded: { title: 'Servizio sovraccarico', detail: 'Riprovi tra qualche istante.' },
    internal: {
      title: 'Errore interno',
      detail:
        'Si è verificato un errore da parte nostra. Riprovi; se persiste, contatti l’assistenza indicando il numero della richiesta (requestId).',
    },
  },
  messages: {
    'request.unreadable': 'la richiesta non può essere elaborata',
    'request.headers_too_large': 'le intestazioni sono troppo grandi',
    'request.address_too_long': 'l’indirizzo è troppo lungo',
    'request.too_slow': 'la richiesta non è arrivata in tempo',
    'body.not_json': 'il corpo deve essere JSON ben formato in UTF-8',
    'body.not_an_object': 'il corpo deve essere un oggetto JSON',
    'body.not_sent_as_json': 'il corpo deve essere inviato come application/json',
    'body.too_large': 'il corpo è troppo grande',
    'field.unknown_field': 'non è un campo di questa richiesta',
    'field.missing': 'manca',
    'field.invalid': 'non è valido',
    'field.not_text': 'deve essere testo',
    'field.not_a_boolean': 'deve essere true o false',
    'field.not_a_whole_number': 'deve essere un numero intero',
    'field.not_an_email': 'deve essere un indirizzo e-mail',
    'field.not_storable': 'non deve contenere NUL né surrogati isolati',
    'field.not_a_text_map': 'deve essere un oggetto i cui valori sono testo',
    'field.not_a_profile': 'deve essere un oggetto JSON memorizzabile di al massimo {maximum} byte',
    'field.not_roles': 'deve essere un elenco di al massimo {maximum} nomi di ruoli senza duplicati',
    'field.not_a_number_from': 'deve essere un numero da {minimum} a {maximum}',
    'field.not_a_cursor': 'non è un cursore di paginazione valido',
    'field.too_long': 'deve avere al massimo {maximum} caratteri',
    'field.blank': 'non deve essere vuoto',
    'field.not_allowed': 'deve essere uno di questi valori: {choices}',
    'password.blank': 'non deve essere vuota',
    'password.mismatch': 'deve coincidere con la password',
    'password.too_short': 'è troppo corta',
    'password.too_long': 'è troppo lunga',
    'password.needs_upper_case': 'deve contenere una lettera maiuscola',
    'password.needs_lower_case': 'deve contenere una lettera minuscola',
    'password.needs_digit': 'deve contenere una cifra',
    'password.needs_symbol': 'deve contenere un carattere speciale',
    'password.outer_white_space': 'non deve iniziare né finire con uno spazio, né contenere un a capo',
    'password.against_the_rules': 'non rispetta le regole per le password',
    'code.missing': 'deve essere il codice ricevuto per e-mail',
    'reset.missing': 'manca: nessuna reimpostazione è in corso',
  },
};
