import { Injectable, Module } from '@nestjs/common';
import { pageLink } from '#mails';
import { TypeOrmModule } from '@nestjs/typeorm';
import { pagesConfig } from '../../common/config/pages.config.js';
import { secretsConfig } from '../../common/config/sessions.config.js';
import { CryptoModule } from '../../common/crypto/crypto.module.js';
import { OutboxMail } from '../../mail/outbox-mail.entity.js';
import { Outbox } from '../../mail/outbox.js';
import type { InviteSelection } from '../../migration/invite-selection.js';
import { type InviteOptions, type InviteResult, Invitations } from '../../migration/invitations.js';
import { CommandError, exitStatus, type Io } from '../command.js';
import { inContextOf } from './command-context.js';

/** Invitations that a signal ends after the current mail. */
@Injectable()
export class InterruptibleInvitations {
  constructor(private readonly invitations: Invitations) {}

  /**
   * @returns `undefined` while another process invites
   * @throws CommandError if the selection needs times of sign-ins that the table does not have
   */
  async run(io: Io, selection: InviteSelection, options: InviteOptions): Promise<InviteResult | undefined> {
    if (selection.inactiveSince !== undefined && !(await this.invitations.knowsSignIns()))
      throw new CommandError(
        'The users table has no columns of the last sign-in. Run the command without --inactive-since.',
        exitStatus.usage,
      );
    const result = await this.invitations.invite(selection, options);
    if (!result?.stopped) return result;
    io.err(`Stopped after ${result.mails} mails. The next run continues there.\n`);
    // The signal ends the process.
    return new Promise(() => undefined);
  }
}

/** Without the job that sends the mails: the API does. */
@Module({
  imports: [TypeOrmModule.forFeature([OutboxMail]), CryptoModule],
  providers: [InterruptibleInvitations, Invitations, Outbox],
})
export class InviteCommandsModule {}

export const withInvitations = inContextOf(InviteCommandsModule, InterruptibleInvitations, {
  secrets: secretsConfig,
});

/**
 * Returns the hosted page where people ask for a reset.
 * @throws CommandError without hosted pages; ConfigurationError for invalid variables
 */
export function forgotPage(io: Io): string {
  const variables = io.variables();
  const { PAGES, PUBLIC_URL } = variables;
  const isOn = PAGES !== undefined && PAGES !== '' && pagesConfig.read(variables).enabled;
  if (isOn && PUBLIC_URL !== undefined) return pageLink(new URL(PUBLIC_URL), '/forgot');
  throw new CommandError(
    '--link is missing: the page where people ask for a reset. With PAGES=on the default is /forgot of PUBLIC_URL.',
    exitStatus.usage,
  );
}
