import { createHash } from 'node:crypto';
import type { Language } from '../../platform/texts/languages.js';
import { type ConfirmationPageTexts, confirmationPageTexts } from './confirmation-page-texts.js';
import { confirmationPageScript as script } from './confirmation-page-script.js';

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

/** This page's own script and style, and requests to where it came from. The script sends the form. */
export const confirmationPagePolicy =
  `default-src 'none';script-src ${digest(script)};style-src ${digest(style)};connect-src 'self';` +
  `base-uri 'none';form-action 'none';frame-ancestors 'none'`;

/** For teams whose front end has no page for mailed links yet. Nothing of the request is in it. */
export function confirmationPage(language: Language): string {
  const texts = confirmationPageTexts[language];
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${texts.title}</title><style>${style}</style></head>
<body ${dataOf(texts)}>
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

/** What the script shows. */
function dataOf({
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
