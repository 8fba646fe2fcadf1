import type { Language } from '../../platform/texts/languages.js';

export interface ConfirmationPageTexts {
  title: string;
  button: string;
  /** For the link that cancels a change of address. */
  cancelTitle: string;
  cancelButton: string;
  password: string;
  /** The password is needed. */
  ask: string;
  wrong: string;
  done: string;
  cancelled: string;
  /** Before the reason. */
  failed: string;
}

/** Without characters that HTML would have to escape. */
export const confirmationPageTexts: Record<Language, ConfirmationPageTexts> = {
  en: {
    title: 'Confirm your address',
    button: 'Confirm',
    cancelTitle: 'Cancel the change of your address',
    cancelButton: 'Cancel the change',
    password: 'Password',
    ask: 'Enter the password that you chose when you signed up. If you do not know it, sign up again with this address.',
    wrong:
      'This is not the right password. Enter the one that you chose when you signed up, or sign up again with this address.',
    done: 'Your address is confirmed. You can close this page.',
    cancelled: 'If the change was still pending, it is cancelled now. You can close this page.',
    failed: 'This did not work: ',
  },
  de: {
    title: 'Bestätigen Sie Ihre Adresse',
    button: 'Bestätigen',
    cancelTitle: 'Änderung Ihrer Adresse abbrechen',
    cancelButton: 'Änderung abbrechen',
    password: 'Passwort',
    ask: 'Geben Sie das Passwort ein, das Sie bei der Registrierung gewählt haben. Falls Sie es nicht kennen, registrieren Sie sich mit dieser Adresse noch einmal.',
    wrong:
      'Das ist nicht das richtige Passwort. Geben Sie das Passwort ein, das Sie bei der Registrierung gewählt haben, oder registrieren Sie sich mit dieser Adresse noch einmal.',
    done: 'Ihre Adresse ist bestätigt. Sie können diese Seite schließen.',
    cancelled:
      'Falls die Änderung noch ausstand, ist sie jetzt abgebrochen. Sie können diese Seite schließen.',
    failed: 'Das hat nicht funktioniert: ',
  },
  fr: {
    title: 'Confirmez votre adresse',
    button: 'Confirmer',
    cancelTitle: 'Annuler la modification de votre adresse',
    cancelButton: 'Annuler la modification',
    password: 'Mot de passe',
    ask: 'Saisissez le mot de passe choisi lors de l’inscription. Si vous ne le connaissez pas, inscrivez-vous de nouveau avec cette adresse.',
    wrong:
      'Ce n’est pas le bon mot de passe. Saisissez celui que vous avez choisi lors de l’inscription, ou inscrivez-vous de nouveau avec cette adresse.',
    done: 'Votre adresse est confirmée. Vous pouvez fermer cette page.',
    cancelled:
      'Si la modification était encore en attente, elle est maintenant annulée. Vous pouvez fermer cette page.',
    failed: 'Cela n’a pas fonctionné : ',
  },
  it: {
    title: 'Confermi il Suo indirizzo',
    button: 'Conferma',
    cancelTitle: 'Annullare la modifica del Suo indirizzo',
    cancelButton: 'Annulla la modifica',
    password: 'Password',
    ask: 'Inserisca la password scelta al momento della registrazione. Se non la conosce, si registri di nuovo con questo indirizzo.',
    wrong:
      'La password non è corretta. Inserisca quella scelta al momento della registrazione oppure si registri di nuovo con questo indirizzo.',
    done: 'Il Suo indirizzo è confermato. Può chiudere questa pagina.',
    cancelled: 'Se la modifica era ancora in sospeso, ora è annullata. Può chiudere questa pagina.',
    failed: 'Non ha funzionato: ',
  },
  es: {
    title: 'Confirme su dirección',
    button: 'Confirmar',
    cancelTitle: 'Cancelar el cambio de su dirección',
    cancelButton: 'Cancelar el cambio',
    password: 'Contraseña',
    ask: 'Escriba la contraseña que eligió al registrarse. Si no la conoce, regístrese de nuevo con esta dirección.',
    wrong:
      'La contraseña no es correcta. Escriba la que eligió al registrarse o regístrese de nuevo con esta dirección.',
    done: 'Su dirección está confirmada. Puede cerrar esta página.',
    cancelled: 'Si el cambio seguía pendiente, ahora está cancelado. Puede cerrar esta página.',
    failed: 'No ha funcionado: ',
  },
};
