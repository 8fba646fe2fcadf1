import { Module } from '@nestjs/common';
import { Challenges } from './challenges.js';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';
import { BackgroundRenewal } from './issuance/background-renewal.js';
import { Attempts } from './issuance/attempts.js';
import { Deployment } from './issuance/deployment.js';
import { Issuing } from './issuance/issuing.js';
import { RenewalPlan } from './issuance/renewal-plan.js';
import { Renewer } from './issuance/renewer.js';
import { CertificatesRepository } from './persistence/certificates.repository.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

@Module({
  controllers: [AcmeChallengeController],
  providers: [
    Attempts,
    Deployment,
    RenewalPlan,
    BackgroundRenewal,
    CertificatesRepository,
    Challenges,
    ChallengesRepository,
    Issuing,
    Renewer,
  ],
})
export class AcmeModule {}
