import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ImportLogReader } from '../cognito/import-log.reader.js';
import { PoolSettingsReader } from '../cognito/pool-settings.reader.js';
import { UserDirectoryModule } from '../cognito/user-directory.module.js';
import { UserImportJobs } from '../cognito/user-import-jobs.js';
import { UsersDataModule } from '../users/users-data.module.js';
import { ImportLinker } from './import/import-linker.js';
import { FileSender } from './import/file-sender.js';
import { Reimporter } from './import/reimporter.js';
import { ImportedUser, ImportFile } from './persistence/imports.entities.js';
import { ImportDrift } from './persistence/import-drift.repository.js';
import { Imports } from './persistence/imports.repository.js';
import { UserImport } from './user-import.js';

/** For a command only. Needs AWS credentials, the database and the namespace `userPool`. */
@Module({
  imports: [TypeOrmModule.forFeature([ImportedUser, ImportFile]), UserDirectoryModule, UsersDataModule],
  providers: [
    FileSender,
    ImportDrift,
    ImportLinker,
    ImportLogReader,
    Imports,
    PoolSettingsReader,
    Reimporter,
    UserImport,
    UserImportJobs,
  ],
  exports: [UserImport],
})
export class UserImportModule {}
