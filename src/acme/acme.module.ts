import { Module } from '@nestjs/common';
import { Challenges } from './challenges.js';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

@Module({
  controllers: [AcmeChallengeController],
  providers: [Challenges, ChallengesRepository],
})
export class AcmeModule {}
