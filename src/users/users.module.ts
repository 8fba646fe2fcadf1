import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersController } from './http/users.controller.js';
import { PasswordChecks } from './password-checks.js';
import { UsersRepository } from './persistence/users.repository.js';
import { ProfileService } from './profile.service.js';
import { SignInTracking } from './sign-in-tracking.js';
import { UserLinkingService } from './user-linking.service.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [CognitoModule],
  controllers: [UsersController],
  providers: [
    PasswordChecks,
    ProfileService,
    SignInTracking,
    UserLinkingService,
    UsersRepository,
    UsersService,
  ],
  exports: [PasswordChecks, ProfileService, SignInTracking, UserLinkingService, UsersService],
})
export class UsersModule {}
