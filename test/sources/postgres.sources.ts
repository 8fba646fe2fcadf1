import { behavesAsLegacySource } from '../support/contracts/legacy-source.js';
import { startPostgresSource } from '../support/drivers/legacy-postgres.js';

behavesAsLegacySource(startPostgresSource);
