import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { DeviceCookie, DeviceRateLimitKey } from './device-cookie.js';
import { ExternalSessions } from './external-sessions.js';
import { RefreshRateLimitKey, SessionsController } from './http/sessions.controller.js';
import { LastUsedTracker } from './last-used.tracker.js';
import { SessionsRepository } from './persistence/sessions.repository.js';
import { RevocationList } from './revocation-list.js';
import { SessionCookie } from './session-cookie.js';
import { SessionMonitoring } from './session-monitoring.js';
import { SessionRevocationService } from './session-revocation.service.js';
import { SessionValidator } from './session-validator.js';
import { SessionService } from './session.service.js';
import { SignOutTimes } from './sign-out-times.js';
import { SignOutService } from './sign-out.service.js';
import { TokenRefreshService } from './token-refresh.service.js';
import { TokenReuseService } from './token-reuse.service.js';
import { UserEventsListener } from './user-events.listener.js';
import {
  EndedFamily,
  SessionEntity,
  SessionRefreshToken,
  SignOutEntity,
} from './persistence/session.entities.js';

@Module({
  imports: [
    CognitoModule,
    UsersModule,
    TypeOrmModule.forFeature([EndedFamily, SessionEntity, SessionRefreshToken, SignOutEntity]),
  ],
  controllers: [SessionsController],
  providers: [
    DeviceCookie,
    DeviceRateLimitKey,
    ExternalSessions,
    LastUsedTracker,
    RefreshRateLimitKey,
    RevocationList,
    SessionCookie,
    SessionMonitoring,
    SessionRevocationService,
    SessionService,
    SessionValidator,
    SessionsRepository,
    SignOutService,
    SignOutTimes,
    TokenRefreshService,
    TokenReuseService,
    UserEventsListener,
  ],
  exports: [
    DeviceCookie,
    LastUsedTracker,
    RevocationList,
    SessionCookie,
    SessionRevocationService,
    SessionService,
    SignOutService,
    TokenRefreshService,
  ],
})
export class SessionsModule {}
