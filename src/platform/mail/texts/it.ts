import type { MailTexts } from '../mail-text.js';

export const it: MailTexts = {
  greeting: 'Buongiorno,',
  footer: 'Questo messaggio è stato inviato automaticamente da {service}. La preghiamo di non rispondere.',
  ifButtonFails: 'Se il pulsante non funziona, apra questo indirizzo:',
  mails: {
    confirmation: {
      subject: 'Confermi il Suo indirizzo',
      paragraphs: [
        'Qualcuno, probabilmente Lei, si è registrato con questo indirizzo. Lo confermi per concludere la registrazione.',
        'Il link è valido per tre giorni. Le sarà chiesta la password scelta al momento della registrazione. Se non la conosce o se si è registrata un’altra persona, si registri di nuovo con questo indirizzo: il link nel nuovo messaggio imposterà la nuova password.',
        'Se non si è registrato Lei, non deve fare nulla: senza questo link l’account non può essere usato.',
      ],
      button: 'Conferma l’indirizzo',
    },
    sign_up_exists: {
      subject: 'Ha già un account',
      paragraphs: [
        'Qualcuno, probabilmente Lei, ha provato a registrarsi con questo indirizzo, che però ha già un account.',
        'Le basta accedere. Se ha dimenticato la password, la reimposti dalla pagina di accesso. Se non è stato Lei, non deve fare nulla.',
      ],
    },
    password_changed: {
      subject: 'La Sua password è stata cambiata',
      paragraphs: [
        'La password del Suo account è appena stata cambiata e tutti gli altri dispositivi sono stati disconnessi.',
        'Se non è stato Lei, reimposti subito la password e contatti l’assistenza.',
      ],
    },
    email_change_confirm: {
      subject: 'Confermi il nuovo indirizzo',
      paragraphs: [
        'Desidera usare d’ora in poi questo indirizzo per il Suo account. Lo confermi per concludere; fino ad allora resta valido quello vecchio.',
        'Il link è valido per un giorno. Se non è stato Lei, non deve fare nulla.',
      ],
      button: 'Conferma il nuovo indirizzo',
    },
    email_change_notice: {
      subject: 'Il Suo indirizzo sta per cambiare',
      paragraphs: [
        'Una persona che ha effettuato l’accesso al Suo account vuole sostituire questo indirizzo con {newAddress}. Avverrà quando sarà aperto il link nel messaggio al nuovo indirizzo.',
        'Se non è stato Lei, annulli la modifica con il link qui sopra, cambi subito la password e contatti l’assistenza.',
      ],
      button: 'Annulla la modifica',
    },
    email_changed: {
      subject: 'Il Suo indirizzo è stato cambiato',
      paragraphs: [
        'Il Suo account usa ora un altro indirizzo. I messaggi che lo riguardano non arrivano più qui.',
        'Se non è stato Lei, contatti subito l’assistenza.',
      ],
    },
  },
};
