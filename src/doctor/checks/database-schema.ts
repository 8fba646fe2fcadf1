import { migrationNames } from '../../common/database/data-source.js';
import type { Check } from '../check.js';

const isInstalled = `SELECT to_regclass('usher.schema_migrations') IS NOT NULL AS installed`;

/** The API runs pending migrations at its start. */
export const databaseSchema: Check = {
  id: 'database.schema',
  area: 'database',
  atStart: true,
  async find(facts) {
    const [found] = await facts.query<{ installed: boolean }>(isInstalled);
    const rows = found?.installed
      ? await facts.query<{ name: string }>('SELECT name FROM usher.schema_migrations ORDER BY id')
      : [];
    const done = rows.map(({ name }) => name);
    const unknown = done.filter((name) => !migrationNames.includes(name));
    const pending = migrationNames.filter((name) => !done.includes(name));
    if (unknown.length > 0)
      return {
        severity: 'warning',
        title: `The schema is of a newer release (${unknown.at(-1)}).`,
        effect: 'This release was not tested with it, and this command does not know what has changed.',
        remedy: 'npm run build && npm run start:api # of the newer release',
        changeable: true,
      };
    if (pending.length === 0) return undefined;
    return {
      severity: 'warning',
      title:
        done.length === 0
          ? 'Usher is not installed in this database.'
          : `The schema lacks ${pending.length} of ${migrationNames.length} migrations (${pending[0]}).`,
      effect: 'Commands of this release fail until the API of this release has been started once.',
      remedy: 'npm run start:api # it runs the migrations',
      changeable: true,
    };
  },
};
