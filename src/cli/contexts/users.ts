import { RolesService } from '../../users/roles.service.js';
import { UserLinkService } from '../../users/user-link.service.js';
import { UsersDataModule } from '../../users/users-data.module.js';
import { inContextOf } from './command-context.js';

export const withRoles = inContextOf(UsersDataModule, RolesService);
export const withUserLinks = inContextOf(UsersDataModule, UserLinkService);
