import { provideSigningKeys } from '../../../test/support/signing-keys.js';

export default provideSigningKeys;
