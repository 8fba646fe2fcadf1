export { normaliseEmail } from '../platform/email.js';
