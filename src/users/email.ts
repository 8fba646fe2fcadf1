export { emailSpellings, normaliseEmail } from '../platform/email.js';
