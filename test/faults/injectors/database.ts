import type { FaultInjector } from './fault-injector.js';

export const databaseRestarted: FaultInjector = {
  name: 'PostgreSQL is restarted',
  // Each process counts in memory while the database is unavailable.
  expectations: { mayMiscount: true },
  isVisible: true,
  begin: ({ database }) => database.stop(),
  end: ({ database }) => database.startAgain(),
};

export const diskFull: FaultInjector = {
  name: 'the disk of PostgreSQL is full',
  expectations: { mayMiscount: true },
  isVisible: true,
  begin: ({ database }) => database.disk.fill(),
  end: async ({ database }) => {
    await database.disk.free();
    // PostgreSQL stops if it could not write its WAL.
    if (!(await database.isUp())) await database.startAgain();
  },
  skipped: ({ database: { disk } }) =>
    disk.canBeFilled ? undefined : 'only root can mount a separate file system',
};

/** Raises SQLSTATE 53100 where no disk can be filled. */
export const diskFullReported: FaultInjector = {
  name: 'PostgreSQL reports a full disk',
  expectations: { mayMiscount: true },
  isVisible: true,
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
