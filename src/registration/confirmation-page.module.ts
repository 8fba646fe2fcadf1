import { Controller, Get, Header, Module } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../common/http/access.decorators.js';
import { CallerLanguage } from '../common/http/caller.decorators.js';
import type { Language } from '../i18n/languages.js';
import { confirmationPage, confirmationPagePolicy } from './confirmation-page.js';

@ApiExcludeController()
@Public()
@Controller('users/confirmation')
class ConfirmationPageController {
  /** GET /users/confirmation: a page with a button, because programs that scan mails open links. */
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', confirmationPagePolicy)
  page(@CallerLanguage() language: Language): string {
    return confirmationPage(language);
  }
}

/** The page of mailed links where Usher serves no other pages. */
@Module({ controllers: [ConfirmationPageController] })
export class ConfirmationPageModule {}
