import { Module } from '@nestjs/common';
import {
  CertificateHealth,
  CertificateMonitoring,
  ConfiguredCertificates,
} from './certificate-monitoring.js';
import { CertificatesModule } from './certificates.module.js';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';
import { RenewalJob } from './issuance/renewal.job.js';

@Module({
  imports: [CertificatesModule],
  controllers: [AcmeChallengeController],
  providers: [CertificateHealth, CertificateMonitoring, ConfiguredCertificates, RenewalJob],
})
export class AcmeModule {}
