import { Module } from '@nestjs/common';
import { AcmeChallengeController } from './http/acme-challenge.controller.js';

@Module({ controllers: [AcmeChallengeController] })
export class AcmeModule {}
