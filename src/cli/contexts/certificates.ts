import { Module } from '@nestjs/common';
import { CertificateQuery, Certificates } from '../../acme/certificates.js';
import { AcmeDataModule, CertificatesModule } from '../../acme/certificates.module.js';
import { ChallengeService } from '../../acme/challenge.service.js';
import { type AcmeConfig, acmeConfig } from '../../common/config/acme.config.js';
import { readNamespaces } from '../../common/config/config-namespace.js';
import { secretsConfig } from '../../common/config/sessions.config.js';
import { CryptoModule } from '../../common/crypto/crypto.module.js';
import type { Io } from '../command.js';
import { inContextOf } from './command-context.js';

@Module({ imports: [CertificatesModule, CryptoModule] })
export class IssueCommandsModule {}

const secrets = { secrets: secretsConfig };

export const withCertificateQuery = inContextOf(AcmeDataModule, CertificateQuery);
export const withChallenges = inContextOf(AcmeDataModule, ChallengeService);
export const withCertificates = inContextOf(IssueCommandsModule, Certificates, secrets);

/** For `issue` and `renew`, before they connect. @throws ConfigurationError, also for what `withCertificates` needs */
export const readAcmeConfig = (io: Io): AcmeConfig =>
  readNamespaces({ ...secrets, acme: acmeConfig }, io.variables()).acme;
