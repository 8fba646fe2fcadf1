import { describe } from '@jest/globals';
import { signsInFromSource } from '../support/contracts/source-sign-in.js';
import { startCsvSource } from '../support/drivers/legacy-csv.js';
import { startPostgresSource } from '../support/drivers/legacy-postgres.js';
import { startSqliteSource } from '../support/drivers/legacy-sqlite.js';

// MariaDB: mariadb.sources.ts.
describe('PostgreSQL', () => signsInFromSource(startPostgresSource));
describe('SQLite', () => signsInFromSource(startSqliteSource));
describe('CSV', () => signsInFromSource(startCsvSource));
