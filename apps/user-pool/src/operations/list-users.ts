import type {
  ListUsersRequest,
  ListUsersResponse,
  UserType,
} from '@aws-sdk/client-cognito-identity-provider';
import { openPage, sealPage } from '../pools/paging.js';
import { requirePool } from '../sign-in/clients.js';
import type { User } from '../state/records.js';
import { presentUser } from '../users/presented-user.js';
import { readUserFilter } from '../users/user-filter.js';
import { invalidParameter } from '../wire/errors.js';
import { operation } from '../wire/operation.js';

const largestPage = 60;

export const listUsers = operation<ListUsersRequest, ListUsersResponse>(
  { UserPoolId: 'text!', AttributesToGet: 'texts', Limit: 'number', PaginationToken: 'text', Filter: 'text' },
  (context, { UserPoolId, AttributesToGet, Limit = largestPage, PaginationToken, Filter }) => {
    const pool = requirePool(context, UserPoolId);
    if (Limit < 0 || Limit > largestPage)
      throw invalidParameter(`Limit must be between 0 and ${largestPage}.`);
    const size = Limit || largestPage;
    const after = openPage(context, pool, PaginationToken);
    const matches = readUserFilter(Filter);
    const page: User[] = [];
    for (const sub of context.database.usersAfter(pool.id, after)) {
      const user = context.database.user(pool.id, sub);
      if (!user || !matches(user)) continue;
      // Reads one user more than the page size to detect another page.
      if (page.push(user) > size) break;
    }
    const shown = page.slice(0, size);
    return {
      Users: shown.map((user) => selectAttributes(presentUser(user), AttributesToGet)),
      ...(page.length > size && { PaginationToken: sealPage(context, pool, shown.at(-1)?.sequence ?? 0) }),
    };
  },
);

function selectAttributes(user: UserType, names: string[] | undefined): UserType {
  if (!names) return user;
  return { ...user, Attributes: (user.Attributes ?? []).filter(({ Name = '' }) => names.includes(Name)) };
}
