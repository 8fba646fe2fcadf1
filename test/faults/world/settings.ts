export const migrationToken = 'migration-token-of-the-tests';
