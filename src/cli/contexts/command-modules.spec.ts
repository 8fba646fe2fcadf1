import { describe, expect, it } from '@jest/globals';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { AcmeDataModule } from '../../acme/certificates.module.js';
import { ProgressModule } from '../../migration/progress.module.js';
import { ReconciliationModule } from '../../migration/reconciliation.module.js';
import { UsersDataModule } from '../../users/users-data.module.js';
import { IssueCommandsModule } from './certificates.js';
import { CliModule } from './command-context.js';
import { InviteCommandsModule } from './invitations.js';
import { JobsCommandsModule } from './jobs.js';
import { MailCommandsModule } from './mail.js';
import { ImportCommandsModule } from './migration-import.js';
import { SourceCommandsModule } from './source.js';

const io = { out: () => undefined, err: () => undefined, variables: () => ({}) };
const config = {
  database: { url: 'postgres://127.0.0.1:1/unused' },
  legacyRows: {},
  legacySource: {},
  secrets: { sessionSecrets: [] },
  userPool: { region: 'eu-west-1', userPoolId: 'eu-west-1_unused' },
};

const features = [
  AcmeDataModule,
  ImportCommandsModule,
  IssueCommandsModule,
  InviteCommandsModule,
  JobsCommandsModule,
  MailCommandsModule,
  ProgressModule,
  ReconciliationModule,
  SourceCommandsModule,
  UsersDataModule,
];

describe('the application context of a command', () => {
  it.each(features.map((feature) => [feature.name, feature] as const))(
    'of %s has neither jobs nor controllers',
    async (_name, feature) => {
      const context = await NestFactory.createApplicationContext(CliModule.register(io, config, feature), {
        preview: true,
        abortOnError: false,
        logger: false,
      });
      const modules = [...context.get(ModulesContainer).values()];
      expect(modules.map(({ metatype }) => metatype)).toContain(feature);
      expect(modules.flatMap(({ controllers }) => [...controllers.values()])).toEqual([]);
      const classes = modules
        .flatMap(({ providers }) => [...providers.values()])
        .map(({ metatype }) => metatype);
      const started = classes.filter((type) => type?.prototype && 'onApplicationBootstrap' in type.prototype);
      expect(started).toEqual([]);
    },
  );
});
