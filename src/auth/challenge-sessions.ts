import { Injectable } from '@nestjs/common';
import type { SessionMode } from '#contracts';
import { Seal } from '../platform/crypto/seal.js';
import { AppError } from '../platform/errors/app-error.js';

/** Seconds. Cognito's sessions live 3 to 15 minutes (`AuthSessionValidity`); it refuses those that are too old itself. */
export const longestStep = 15 * 60;

/** A sign-in that waits for its next answer. */
export interface OpenStep {
  /** Cognito's name of the challenge. */
  name: string;
  /** Cognito's session; it accepts one right answer with it. */
  session: string;
  /** Cognito's `USER_ID_FOR_SRP`. */
  userId: string;
  /** As it was typed, normalised: names an authenticator app's entry, never links a row. */
  email: string;
  mode: SessionMode;
  /** When the first step began, by PostgreSQL's clock (milliseconds since 1970). */
  beganAt: number;
  asks: string[];
  choices?: string[] | undefined;
  /** During MFA_SETUP: the app has proved itself, and only Cognito's answer to that is outstanding. */
  appVerified?: boolean;
}

/** The string that carries a sign-in between its steps: ours, sealed, so that no step can be made up or skipped. */
@Injectable()
export class ChallengeSessions {
  constructor(private readonly seal: Seal) {}

  close(step: OpenStep): string {
    return this.seal.close('challenge-session', step, longestStep);
  }

  /** @throws AppError `auth.challenge_expired` for a string that is not ours, was changed, or is too old */
  open(session: string): OpenStep {
    const step = this.read(session);
    if (step === undefined) throw new AppError('auth.challenge_expired');
    return step;
  }

  /** As `open`, for who only wants to know. */
  read(session: string): OpenStep | undefined {
    const step = this.seal.open('challenge-session', session) as Partial<OpenStep> | undefined;
    // What an earlier version sealed does not say when it began.
    return step && ({ beganAt: 0, ...step } as OpenStep);
  }
}
