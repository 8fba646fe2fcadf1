import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CertificateHealth,
  CertificateMonitoring,
  ConfiguredCertificates,
} from './certificate-monitoring.js';
import { ChallengeService } from './challenge.service.js';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';
import { OrderService } from './issuance/order.service.js';
import { RenewalJob } from './issuance/renewal.job.js';
import { RenewalService } from './issuance/renewal.service.js';
import { CertificatesRepository } from './persistence/certificates.repository.js';
import { AcmeAccount, AcmeChallenge, Certificate } from './persistence/acme.entities.js';

@Module({
  imports: [TypeOrmModule.forFeature([AcmeAccount, AcmeChallenge, Certificate])],
  controllers: [AcmeChallengeController],
  providers: [
    CertificateHealth,
    CertificateMonitoring,
    CertificatesRepository,
    ChallengeService,
    ConfiguredCertificates,
    OrderService,
    RenewalJob,
    RenewalService,
  ],
})
export class AcmeModule {}
