import { createHash } from 'node:crypto';
import type { Language } from '../i18n/languages.js';

/**
 * Reads the tokens from the URL and sends them to this origin only. The page cannot tell a sign-up from an e-mail change, so it sends
 * the token alone first, and the response says whether a password is needed. The text is the same for every caller, because the
 * Content-Security-Policy contains its digest.
 */
const script = `
const parameters = new URLSearchParams(location.search);
const cancel = parameters.get('cancel');
const texts = document.body.dataset;
const form = document.querySelector('form');
const label = document.querySelector('label');
const input = document.querySelector('input');
const button = document.querySelector('button');
const answer = document.querySelector('output');
if (cancel !== null) {
  document.title = texts.cancelTitle;
  document.querySelector('h1').textContent = texts.cancelTitle;
  button.textContent = texts.cancelButton;
}
function send() {
  const confirmation = { token: parameters.get('token') ?? '' };
  if (!label.hidden) confirmation.password = input.value;
  return fetch(location.pathname, {
    method: cancel === null ? 'PUT' : 'DELETE',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(cancel === null ? confirmation : { token: cancel }),
  });
}
function askForPassword(text) {
  label.hidden = false;
  input.value = '';
  input.focus();
  return text;
}
async function show(response) {
  if (response.ok) {
    form.hidden = true;
    return cancel === null ? texts.done : texts.cancelled;
  }
  const problem = await response.json().catch(() => ({}));
  if (problem.code === 'passwords.blank') return askForPassword(texts.ask);
  if (problem.code === 'auth.invalid_credentials') return askForPassword(texts.wrong);
  return texts.failed + (problem.detail ?? response.status);
}
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  button.disabled = true;
  try {
    answer.textContent = await show(await send());
  } catch (error) {
    answer.textContent = texts.failed + error.message;
  }
  button.disabled = false;
});
`;

const style = `
body { font: 18px/1.5 sans-serif; max-width: 30em; margin: 15vh auto; padding: 0 1em; text-align: center; color: #222 }
button { font: inherit; padding: 0.6em 1.4em; border: 0; border-radius: 6px; background: #1f4fd8; color: #fff }
button:disabled { background: #999 }
label { display: block; margin-bottom: 1em }
input { display: block; box-sizing: border-box; width: 100%; margin-top: 0.3em; font: inherit; padding: 0.5em }
[hidden] { display: none }
output { display: block; margin-top: 1.5em }
`;

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Allows the page's own script and style, and requests to its own origin. The script sends the form. */
export const confirmationPagePolicy =
  `default-src 'none';script-src ${digest(script)};style-src ${digest(style)};connect-src 'self';` +
  `base-uri 'none';form-action 'none';frame-ancestors 'none'`;

/** For applications without their own page for mailed links. Contains nothing of the request. */
export function confirmationPage(language: Language): string {
  const texts = confirmationPageTexts[language];
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${texts.title}</title><style>${style}</style></head>
<body ${dataAttributes(texts)}>
<h1>${texts.title}</h1>
<form>
<label hidden>${texts.password}<input type="password" name="password" autocomplete="current-password" maxlength="256"></label>
<button>${texts.button}</button>
</form>
<output></output>
<script>${script}</script>
</body>
</html>
`;
}

/** The texts that the script shows. */
function dataAttributes({
  cancelTitle,
  cancelButton,
  done,
  cancelled,
  failed,
  ask,
  wrong,
}: ConfirmationPageTexts): string {
  const shown = {
    'cancel-title': cancelTitle,
    'cancel-button': cancelButton,
    done,
    cancelled,
    failed,
    ask,
    wrong,
  };
  return Object.entries(shown)
    .map(([name, text]) => `data-${name}="${text}"`)
    .join(' ');
}

interface ConfirmationPageTexts {
  title: string;
  button: string;
  /** For the link that cancels an e-mail change. */
  cancelTitle: string;
  cancelButton: string;
  password: string;
  /** Asks for the password. */
  ask: string;
  wrong: string;
  done: string;
  cancelled: string;
  /** Precedes the reason. */
  failed: string;
}

/** Inserted into HTML without escaping: no `<`, `&` or `"`. */
const confirmationPageTexts: Record<Language, ConfirmationPageTexts> = {
  en: {
    title: 'Confirm your address',
    button: 'Confirm',
    cancelTitle: 'Cancel the change of your address',
    cancelButton: 'Cancel the change',
    password: 'Password',
    ask: 'Enter the password that you chose when you signed up. If you do not know it, sign up again with this address.',
    wrong:
      'The password is wrong. Enter the password that you chose when you signed up, or sign up again with this address.',
    done: 'Your address is confirmed. You can close this page.',
    cancelled: 'If the change was still pending, it is now cancelled. You can close this page.',
    failed: 'The request failed: ',
  },
  de: {
    title: 'Bestätigen Sie Ihre Adresse',
    button: 'Bestätigen',
    cancelTitle: 'Änderung Ihrer Adresse abbrechen',
    cancelButton: 'Änderung abbrechen',
    password: 'Passwort',
    ask: 'Geben Sie das Passwort ein, das Sie bei der Registrierung gewählt haben. Falls Sie es nicht kennen, registrieren Sie sich mit dieser Adresse noch einmal.',
    wrong:
      'Das Passwort ist falsch. Geben Sie das Passwort ein, das Sie bei der Registrierung gewählt haben, oder registrieren Sie sich mit dieser Adresse noch einmal.',
    done: 'Ihre Adresse ist bestätigt. Sie können diese Seite schließen.',
    cancelled:
      'Falls die Änderung noch ausstand, ist sie jetzt abgebrochen. Sie können diese Seite schließen.',
    failed: 'Die Anfrage ist fehlgeschlagen: ',
  },
  fr: {
    title: 'Confirmez votre adresse',
    button: 'Confirmer',
    cancelTitle: 'Annuler la modification de votre adresse',
    cancelButton: 'Annuler la modification',
    password: 'Mot de passe',
    ask: 'Saisissez le mot de passe choisi lors de l’inscription. Si vous ne le connaissez pas, inscrivez-vous de nouveau avec cette adresse.',
    wrong:
      'Le mot de passe est incorrect. Saisissez celui que vous avez choisi lors de l’inscription, ou inscrivez-vous de nouveau avec cette adresse.',
    done: 'Votre adresse est confirmée. Vous pouvez fermer cette page.',
    cancelled:
      'Si la modification était encore en attente, elle est maintenant annulée. Vous pouvez fermer cette page.',
    failed: 'La requête a échoué : ',
  },
  it: {
    title: 'Confermi il Suo indirizzo',
    button: 'Conferma',
    cancelTitle: 'Annulli la modifica del Suo indirizzo',
    cancelButton: 'Annulla la modifica',
    password: 'Password',
    ask: 'Inserisca la password scelta al momento della registrazione. Se non la conosce, si registri di nuovo con questo indirizzo.',
    wrong:
      'La password non è corretta. Inserisca quella scelta al momento della registrazione oppure si registri di nuovo con questo indirizzo.',
    done: 'Il Suo indirizzo è confermato. Può chiudere questa pagina.',
    cancelled: 'Se la modifica era ancora in sospeso, ora è annullata. Può chiudere questa pagina.',
    failed: 'La richiesta non è riuscita: ',
  },
  es: {
    title: 'Confirme su dirección',
    button: 'Confirmar',
    cancelTitle: 'Cancele el cambio de su dirección',
    cancelButton: 'Cancelar el cambio',
    password: 'Contraseña',
    ask: 'Escriba la contraseña que eligió al registrarse. Si no la conoce, regístrese de nuevo con esta dirección.',
    wrong:
      'La contraseña no es correcta. Escriba la que eligió al registrarse o regístrese de nuevo con esta dirección.',
    done: 'Su dirección está confirmada. Puede cerrar esta página.',
    cancelled: 'Si el cambio seguía pendiente, ahora está cancelado. Puede cerrar esta página.',
    failed: 'La solicitud ha fallado: ',
  },
};
