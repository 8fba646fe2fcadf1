import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UserDirectoryModule } from '../cognito/user-directory.module.js';
import { DisabledUserListener } from '../sessions/disabled-user.listener.js';
import { UsersDataModule } from '../users/users-data.module.js';
import { PoolListing } from './persistence/pool-listing.entity.js';
import { PoolListings } from './persistence/pool-listings.repository.js';
import { Reconciliation } from './reconciliation.js';

/** For a command only. Needs AWS credentials, the database and the namespace `userPool`. */
@Module({
  imports: [TypeOrmModule.forFeature([PoolListing]), UserDirectoryModule, UsersDataModule],
  providers: [DisabledUserListener, PoolListings, Reconciliation],
})
export class ReconciliationModule {}
