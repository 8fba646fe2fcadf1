import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Certificates } from './certificates.js';
import { ChallengeService } from './challenge.service.js';
import { OrderService } from './issuance/order.service.js';
import { RenewalService } from './issuance/renewal.service.js';
import { AcmeAccount, AcmeChallenge, Certificate } from './persistence/acme.entities.js';
import { CertificateQuery, CertificatesRepository } from './persistence/certificates.repository.js';

/** Needs the database only. */
@Module({
  imports: [TypeOrmModule.forFeature([AcmeAccount, AcmeChallenge, Certificate])],
  providers: [CertificateQuery, ChallengeService],
  exports: [CertificateQuery, ChallengeService],
})
export class AcmeDataModule {}

/** Needs `CryptoModule` as well. */
@Module({
  imports: [AcmeDataModule],
  providers: [Certificates, CertificatesRepository, OrderService, RenewalService],
  exports: [AcmeDataModule, CertificatesRepository, RenewalService],
})
export class CertificatesModule {}
