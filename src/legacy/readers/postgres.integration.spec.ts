import { behavesAsLegacySource } from '../../../test/support/contracts/legacy-source.js';
import { startPostgresSource } from '../../../test/support/drivers/legacy-postgres.js';

behavesAsLegacySource(startPostgresSource);
