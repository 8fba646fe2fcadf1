import { Module } from '@nestjs/common';
import { CertificateHealth, CertificateMonitoring, WatchedCertificates } from './certificate-monitoring.js';
import { Challenges } from './challenges.js';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';
import { BackgroundRenewal } from './issuance/background-renewal.js';
import { Attempts } from './issuance/attempts.js';
import { Deployment } from './issuance/deployment.js';
import { Issuing } from './issuance/issuing.js';
import { RenewalPlan } from './issuance/renewal-plan.js';
import { ExpiryWarnings } from './issuance/expiry-warnings.js';
import { Renewal } from './issuance/renewal.js';
import { ServedWatch } from './issuance/served-watch.js';
import { Upkeep } from './issuance/upkeep.js';
import { WantedCertificates } from './issuance/wanted-certificates.js';
import { CertificatesRepository } from './persistence/certificates.repository.js';
import { ChallengesRepository } from './persistence/challenges.repository.js';

@Module({
  controllers: [AcmeChallengeController],
  providers: [
    ...[CertificateHealth, CertificateMonitoring, WatchedCertificates],
    Attempts,
    BackgroundRenewal,
    CertificatesRepository,
    Challenges,
    ChallengesRepository,
    Deployment,
    ExpiryWarnings,
    Issuing,
    Renewal,
    RenewalPlan,
    ServedWatch,
    Upkeep,
    WantedCertificates,
  ],
})
export class AcmeModule {}
