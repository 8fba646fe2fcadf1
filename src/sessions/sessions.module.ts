import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { SessionsService } from './sessions.service.js';

@Module({
  imports: [CognitoModule, UsersModule],
  providers: [SessionsService],
  exports: [SessionsService],
})
export class SessionsModule {}
