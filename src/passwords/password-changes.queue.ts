export { passwordChangesQueue } from './persistence/password-changes.repository.js';
