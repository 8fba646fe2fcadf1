export { canonicalEmail, emailSpellings, normaliseEmail } from '../platform/email.js';
