import { createHash } from 'node:crypto';
import type { Language } from '../../platform/texts/languages.js';

interface PageText {
  title: string;
  button: string;
  done: string;
  failed: string;
}

const texts: Record<Language, PageText> = {
  en: {
    title: 'Confirm your address',
    button: 'Confirm',
    done: 'Your address is confirmed. You can close this page.',
    failed: 'This did not work: ',
  },
  de: {
    title: 'Bestätigen Sie Ihre Adresse',
    button: 'Bestätigen',
    done: 'Ihre Adresse ist bestätigt. Sie können diese Seite schließen.',
    failed: 'Das hat nicht funktioniert: ',
  },
  fr: {
    title: 'Confirmez votre adresse',
    button: 'Confirmer',
    done: 'Votre adresse est confirmée. Vous pouvez fermer cette page.',
    failed: 'Cela n’a pas fonctionné : ',
  },
  it: {
    title: 'Confermi il Suo indirizzo',
    button: 'Conferma',
    done: 'Il Suo indirizzo è confermato. Può chiudere questa pagina.',
    failed: 'Non ha funzionato: ',
  },
  es: {
    title: 'Confirme su dirección',
    button: 'Confirmar',
    done: 'Su dirección está confirmada. Puede cerrar esta página.',
    failed: 'No ha funcionado: ',
  },
};

// The token is read from the address and sent nowhere but here. The same for every caller, so that its digest is known.
const script = `
const button = document.querySelector('button');
const answer = document.querySelector('output');
button.addEventListener('click', async () => {
  button.disabled = true;
  const token = new URLSearchParams(location.search).get('token') ?? '';
  try {
    const response = await fetch(location.pathname, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (response.ok) answer.textContent = button.dataset.done;
    else answer.textContent = button.dataset.failed + ((await response.json()).detail ?? response.status);
    button.disabled = response.ok;
  } catch (error) {
    answer.textContent = button.dataset.failed + error.message;
    button.disabled = false;
  }
});
`;

const style = `
body { font: 18px/1.5 sans-serif; max-width: 30em; margin: 15vh auto; padding: 0 1em; text-align: center; color: #222 }
button { font: inherit; padding: 0.6em 1.4em; border: 0; border-radius: 6px; background: #1f4fd8; color: #fff }
button:disabled { background: #999 }
output { display: block; margin-top: 1.5em }
`;

const digest = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** This page's own script and style, and one request to where it came from. */
export const confirmationPagePolicy =
  `default-src 'none';script-src ${digest(script)};style-src ${digest(style)};connect-src 'self';` +
  `base-uri 'none';form-action 'none';frame-ancestors 'none'`;

/** For teams whose front end has no page for mailed links yet. Nothing of the request is in it. */
export function confirmationPage(language: Language): string {
  const { title, button, done, failed } = texts[language];
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body>
<h1>${title}</h1>
<button data-done="${done}" data-failed="${failed}">${button}</button>
<output></output>
<script>${script}</script>
</body>
</html>
`;
}
