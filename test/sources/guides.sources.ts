import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openSourceFile } from '../../src/legacy/open-source.js';
import { presets } from '../../src/legacy/presets/presets.js';
import { parseSource } from '../../src/legacy/source-file.js';
import { sqlOf } from '../support/builders/framework-dumps.js';
import { frameworkTables } from '../support/builders/framework-tables.js';
import { grantsIn, guidesOfGrants } from '../support/builders/guide-grants.js';
import { createDatabase } from '../support/drivers/database.js';
import { quietLog } from '../support/drivers/legacy-postgres.js';

const schemaOf = (name: string) =>
  frameworkTables.find(({ preset }) => preset === name)?.schemas.postgres ?? '';

// MariaDB: mariadb.sources.ts.
describe('the account of a guide, in PostgreSQL', () => {
  it.each(guidesOfGrants.filter(({ file }) => grantsIn(file, 'postgres').length > 0))(
    'reads with the preset $preset and cannot write: $file',
    async ({ file, preset, framework }) => {
      const database = await createDatabase();
      const role = `reader_${randomUUID().replaceAll('-', '')}`;
      const url = new URL(database.url);
      url.username = role;
      url.password = 'secret';
      await database.sql(framework ? sqlOf(framework, 'postgres') : schemaOf(preset));
      const missing: string[] = [];
      for (const text of grantsIn(file, 'postgres'))
        await database
          .sql(text.replace('usher_read', role).replace('TO usher_read', `TO ${role}`).replace('…', 'secret'))
          // A guide names tables that not every application has.
          .catch(({ code }: { code: string }) => missing.push(code));
      expect(missing.every((code) => code === '42P01')).toBe(true);
      const source = await openSourceFile(
        await parseSource({ preset }, 'test'),
        url.href,
        { unlockInSeconds: undefined },
        quietLog,
      );
      const client = new pg.Client({ connectionString: url.href });
      await client.connect();
      try {
        await source.prepare();
        expect((await source.scan(undefined, 100)).users.length > 0).toBe(framework !== undefined);
        const { table = '', join = [] } = presets[preset] ?? {};
        for (const name of [table, ...join.map((one) => one.table)]) {
          const quoted = name.split('.').map((part) => `"${part}"`);
          const [column = ''] = (
            await client.query<Record<string, unknown>>(`SELECT * FROM ${quoted.join('.')} LIMIT 0`)
          ).fields.map((field) => field.name);
          for (const sql of [
            `UPDATE ${quoted.join('.')} SET "${column}" = NULL`,
            `DELETE FROM ${quoted.join('.')}`,
            `INSERT INTO ${quoted.join('.')} DEFAULT VALUES`,
            `TRUNCATE ${quoted.join('.')} CASCADE`,
          ])
            await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
        }
      } finally {
        await client.end();
        await source.close();
        await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
        await database.drop();
      }
    },
  );
});
