import type { OperatorMailTexts } from '../mail-text.js';

export const operator: OperatorMailTexts = {
  certificate_expires: {
    subject: 'The certificate of {names} ends at {notAfter} UTC',
    paragraphs: [
      'The certificate of {names} is good until {notAfter} UTC, and no new one is in place yet. Browsers refuse an expired one.',
      'What went wrong last: {reason}',
      '"npx usher certificates preflight" with a name says what keeps the CA from reaching it; "npx usher certificates list" shows all of them; "npx usher certificates renew" tries again at once.',
    ],
  },
};
