import type { SharedTexts } from './texts.js';

const sms = '{code} è il Suo codice per {appName}. Non lo comunichi a nessuno.';

export const it: SharedTexts = {
  frame: {
    greeting: 'Buongiorno,',
    footer: 'Questo messaggio è stato inviato automaticamente da {appName}. La preghiamo di non rispondere.',
    ifButtonFails: 'Se il pulsante non funziona, apra questo indirizzo:',
  },
  resetButton: 'Scegliere una nuova password',
  messages: {
    sign_up: {
      subject: 'Il Suo codice di conferma',
      before: [
        'Qualcuno, probabilmente Lei, si è registrato presso {appName} con questo indirizzo. Inserisca questo codice per confermarlo:',
      ],
      after: ['Il codice è valido per 24 ore. Se non si è registrato Lei, non deve fare nulla.'],
      sms,
    },
    reset: {
      subject: 'Il Suo codice per una nuova password',
      before: [
        'Qualcuno, probabilmente Lei, ha chiesto una nuova password per il Suo account. Inserisca questo codice e scelga la nuova password:',
      ],
      after: [
        'Il codice è valido per un’ora. Non lo comunichi a nessuno: l’assistenza non lo chiede mai. Se non è stato Lei, non deve fare nulla.',
      ],
      sms,
    },
    attribute: {
      subject: 'Il Suo codice per confermare questo indirizzo',
      before: [
        'Qualcuno, probabilmente Lei, desidera usare questo indirizzo per un account presso {appName}. Inserisca questo codice per confermarlo:',
      ],
      after: ['Il codice è valido per 24 ore. Se non è stato Lei, non deve fare nulla.'],
      sms,
    },
    sign_in: {
      subject: 'Il Suo codice di accesso',
      before: ['Inserisca questo codice per completare l’accesso al Suo account:'],
      after: [
        'Il codice è valido per pochi minuti. Non lo comunichi a nessuno: l’assistenza non lo chiede mai. Se non sta accedendo in questo momento, qualcuno conosce la Sua password: la cambi subito e contatti l’assistenza.',
      ],
      sms,
    },
    invitation: {
      subject: 'La Sua password provvisoria',
      before: [
        'Ha un account presso {appName}. Acceda con questa password provvisoria; poi sceglierà la Sua:',
      ],
      after: [
        'Il Suo nome utente: {username}',
        'La password provvisoria vale una sola volta e scade dopo alcuni giorni. Non la comunichi a nessuno. Se non si aspettava questo messaggio, non deve fare nulla.',
      ],
      sms: 'Acceda a {appName}: nome utente {username}, password {code}',
    },
  },
};
