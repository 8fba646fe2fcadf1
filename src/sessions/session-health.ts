import { Injectable } from '@nestjs/common';
import { HealthParts } from '../platform/health/health-parts.js';
import { EndedSessions } from './ended-sessions.js';

/** While the ended ones cannot be read, a session that another process has ended goes on here. */
@Injectable()
export class SessionHealth {
  constructor(parts: HealthParts, ended: EndedSessions) {
    parts.add('sessions', () => ended.isUpToDate);
  }
}
