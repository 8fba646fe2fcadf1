import { Module } from '@nestjs/common';
import { CognitoModule } from '../cognito/cognito.module.js';
import { UsersModule } from '../users/users.module.js';
import { DatabaseClock } from './database-clock.js';
import { EndedSessions } from './ended-sessions.js';
import { SessionsController } from './http/sessions.controller.js';
import { BarredUsers } from './lifecycle/barred-users.js';
import { Beginnings } from './lifecycle/beginnings.js';
import { CookieSessions } from './lifecycle/cookie-sessions.js';
import { Endings } from './lifecycle/endings.js';
import { LiveSessions } from './lifecycle/live-sessions.js';
import { Renewals } from './lifecycle/renewals.js';
import { SessionsFromElsewhere } from './lifecycle/sessions-from-elsewhere.js';
import { SignOutEverywhere } from './lifecycle/sign-out-everywhere.js';
import { TokenSessions } from './lifecycle/token-sessions.js';
import { SessionsRepository } from './persistence/sessions.repository.js';
import { Revocations } from './revocations.js';
import { SessionCookie } from './session-cookie.js';
import { SessionHealth } from './session-health.js';
import { SessionMonitoring } from './session-monitoring.js';
import { SessionUse } from './session-use.js';
import { SessionsService } from './sessions.service.js';
import { SignOutService } from './sign-out.service.js';
import { SignOutTimes } from './sign-out-times.js';

@Module({
  imports: [CognitoModule, UsersModule],
  controllers: [SessionsController],
  providers: [
    BarredUsers,
    Beginnings,
    CookieSessions,
    DatabaseClock,
    EndedSessions,
    Endings,
    LiveSessions,
    Renewals,
    Revocations,
    SessionCookie,
    SessionHealth,
    SessionMonitoring,
    SessionUse,
    SessionsFromElsewhere,
    SessionsRepository,
    SessionsService,
    SignOutEverywhere,
    SignOutService,
    SignOutTimes,
    TokenSessions,
  ],
  exports: [EndedSessions, Revocations, SessionCookie, SessionUse, SessionsService, SignOutService],
})
export class SessionsModule {}
