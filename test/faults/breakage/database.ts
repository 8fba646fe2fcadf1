import type { Breakage } from './breakage.js';

export const databaseRestarted: Breakage = {
  name: 'PostgreSQL is restarted',
  // A process counts by itself while the database is away.
  expectations: { mayMiscount: true },
  isFelt: true,
  begin: ({ database }) => database.stop(),
  end: ({ database }) => database.startAgain(),
};

export const diskFull: Breakage = {
  name: "PostgreSQL's disk is full",
  expectations: { mayMiscount: true },
  isFelt: true,
  begin: ({ database }) => database.disk.fill(),
  end: async ({ database }) => {
    await database.disk.free();
    // Whether it lives through this depends on what it wanted to write.
    if (!(await database.isUp())) await database.startAgain();
  },
  skipped: ({ database: { disk } }) =>
    disk.canBeFilled ? undefined : 'a file system of its own can be mounted by root only',
};

/** The same as PostgreSQL would say it, where no disk can be filled (SQLSTATE 53100). */
export const diskSaidFull: Breakage = {
  name: 'PostgreSQL says that the disk is full',
  expectations: { mayMiscount: true },
  isFelt: true,
  begin: async ({ database }) => {
    await database.sql(`
      CREATE FUNCTION usher.no_space() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$`);
    for (const table of ['outbox', 'sessions'])
      await database.sql(
        `CREATE TRIGGER no_space BEFORE INSERT ON usher.${table} FOR EACH ROW EXECUTE FUNCTION usher.no_space()`,
      );
  },
  end: async ({ database }) => void (await database.sql('DROP FUNCTION usher.no_space CASCADE')),
  skipped: ({ database: { disk } }) => (disk.canBeFilled ? 'a real disk was filled' : undefined),
};
