import { Module } from '@nestjs/common';
import { CognitoAdminClient } from './cognito-client.js';
import { UserDirectory } from './user-directory.js';

/** The part of `CognitoModule` that commands use. Needs AWS credentials and the namespace `userPool`. */
@Module({ providers: [CognitoAdminClient, UserDirectory], exports: [CognitoAdminClient, UserDirectory] })
export class UserDirectoryModule {}
