import { Module } from '@nestjs/common';
import { UserDirectoryModule } from '../cognito/user-directory.module.js';
import { DisabledUserListener } from '../sessions/disabled-user.listener.js';
import { UsersDataModule } from '../users/users-data.module.js';
import { PoolListings } from './persistence/pool-listings.repository.js';
import { Reconciliation } from './reconciliation.js';

/** For a command only. Needs AWS credentials, the database and the namespace `userPool`. */
@Module({
  imports: [UserDirectoryModule, UsersDataModule],
  providers: [DisabledUserListener, PoolListings, Reconciliation],
})
export class ReconciliationModule {}
