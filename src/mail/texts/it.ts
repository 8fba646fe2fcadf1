import type { MailTexts } from '../mail.js';

export const it: MailTexts = {
  mails: {
    confirmation: {
      subject: 'Confermi il Suo indirizzo',
      paragraphs: [
        'Qualcuno, probabilmente Lei, si è registrato con questo indirizzo. Confermi l’indirizzo per completare la registrazione.',
        'Il link è valido per tre giorni. Le sarà chiesta la password scelta al momento della registrazione. Se non la conosce o se si è registrata un’altra persona, si registri di nuovo con questo indirizzo: il link nel nuovo messaggio imposterà la nuova password.',
        'Se non si è registrato Lei, non deve fare nulla: senza questo link l’account non può essere usato.',
      ],
      button: 'Conferma l’indirizzo',
    },
    sign_up_exists: {
      subject: 'Ha già un account',
      paragraphs: [
        'Qualcuno, probabilmente Lei, ha provato a registrarsi con questo indirizzo, per il quale però esiste già un account.',
        'Acceda con tale account. Se ha dimenticato la password, la reimposti dalla pagina di accesso. Se non è stato Lei, non deve fare nulla.',
      ],
      button: 'Accedi',
    },
    password_changed: {
      subject: 'La Sua password è stata cambiata',
      paragraphs: [
        'La password del Suo account è appena stata cambiata e tutti gli altri dispositivi sono stati disconnessi.',
        'Se non è stato Lei, reimposti subito la password e contatti l’assistenza.',
      ],
      button: 'Reimposta la password',
    },
    password_may_have_changed: {
      subject: 'La Sua password potrebbe essere stata cambiata',
      paragraphs: [
        'Una modifica della password del Suo account è stata interrotta; non sappiamo se la nuova password sia valida. Per sicurezza, gli altri dispositivi sono stati disconnessi.',
        'Se la password non funziona, la reimposti. Se non è stato Lei, la reimposti subito e contatti l’assistenza.',
      ],
      button: 'Reimposta la password',
    },
    session_reused: {
      subject: 'Una sessione del Suo account potrebbe essere stata copiata',
      paragraphs: [
        'Abbiamo rilevato che la sessione salvata su uno dei Suoi dispositivi è stata usata in due posti. Potrebbe essere stata copiata: per questo non è più valida da nessuna parte, e anche altri dispositivi potrebbero essere stati disconnessi.',
        'Acceda di nuovo. Se non è stato Lei a causarlo, per esempio copiando i dati di un’app, cambi la password e contatti l’assistenza.',
      ],
      button: 'Mostra le sessioni',
    },
    mfa_enabled: {
      subject: 'È stato configurato un secondo fattore per il Suo account',
      paragraphs: [
        'È stata configurata un’app di autenticazione per il Suo account: il suo codice viene chiesto a ogni accesso. Tutti gli altri dispositivi sono stati disconnessi.',
        'Se non è stato Lei, contatti subito l’assistenza: qualcuno conosce la Sua password o ha usato un Suo dispositivo.',
      ],
      button: 'Apri le impostazioni di sicurezza',
    },
    mfa_removed: {
      subject: 'Il secondo fattore del Suo account è stato rimosso',
      paragraphs: [
        'Il secondo fattore del Suo account è stato rimosso: il suo codice non viene più chiesto all’accesso. Gli altri dispositivi sono stati disconnessi.',
        'Se non lo voleva, acceda, configuri di nuovo il secondo fattore, cambi la password e contatti l’assistenza.',
      ],
      button: 'Apri le impostazioni di sicurezza',
    },
    mfa_may_have_changed: {
      subject: 'Il secondo fattore del Suo account potrebbe essere cambiato',
      paragraphs: [
        'Una modifica del secondo fattore del Suo account è stata interrotta e non sappiamo se sia effettiva. Per sicurezza, gli altri dispositivi sono stati disconnessi.',
        'Acceda e controlli il secondo fattore. Se non è stato Lei, cambi subito la password e contatti l’assistenza.',
      ],
      button: 'Apri le impostazioni di sicurezza',
    },
    mfa_removal_allowed: {
      subject: 'Il Suo secondo fattore può essere rimosso con una reimpostazione',
      paragraphs: [
        'L’assistenza ha permesso di rimuovere il secondo fattore del Suo account. Entro 24 ore reimposti la password e scelga di rimuovere il secondo fattore; fino ad allora non cambia nulla.',
        'Se non lo ha chiesto, non reimposti la password e contatti subito l’assistenza.',
      ],
      button: 'Reimposta la password',
    },
    reset_invitation: {
      subject: 'Scelga una nuova password per il Suo account',
      paragraphs: [
        'Ha un account con questo indirizzo presso {appName}. L’accesso è stato rinnovato. Per continuare a usare il Suo account, scelga una nuova password.',
        'Nella pagina che si apre inserisca questo indirizzo. Riceverà quindi per e-mail un codice con cui scegliere la nuova password.',
        'Il link non contiene né una password né un codice: nessuno può accedere con esso. Può anche aprire Lei stesso la pagina di accesso e reimpostare lì la password. Se l’account non Le serve più, non deve fare nulla.',
      ],
      button: 'Scegliere una nuova password',
    },
    email_change_confirm: {
      subject: 'Confermi il nuovo indirizzo',
      paragraphs: [
        'Desidera usare d’ora in poi questo indirizzo per il Suo account. Lo confermi per completare la modifica; fino ad allora resta valido quello vecchio.',
        'Il link è valido per un giorno. Se non è stato Lei, non deve fare nulla.',
      ],
      button: 'Conferma il nuovo indirizzo',
    },
    email_change_notice: {
      subject: 'Il Suo indirizzo sta per cambiare',
      paragraphs: [
        'Una persona che ha effettuato l’accesso al Suo account vuole sostituire questo indirizzo con {newAddress}. La modifica avrà effetto quando sarà confermata con il link nel messaggio inviato al nuovo indirizzo.',
        'Se non è stato Lei, annulli la modifica con il link qui sopra, cambi subito la password e contatti l’assistenza.',
      ],
      button: 'Annulla la modifica',
    },
    email_changed: {
      subject: 'Il Suo indirizzo è stato cambiato',
      paragraphs: [
        'Il Suo account usa ora un altro indirizzo. I messaggi relativi al Suo account non vengono più inviati all’indirizzo precedente.',
        'Se non è stato Lei, contatti subito l’assistenza.',
      ],
    },
  },
};
