import type { UserType } from '@aws-sdk/client-cognito-identity-provider';
import type { User } from '../state/records.js';
import { toAttributeList } from './attributes.js';

export const presentUser = (user: User): UserType => ({
  Username: user.username,
  Attributes: toAttributeList(user),
  UserCreateDate: new Date(user.createdAt),
  UserLastModifiedDate: new Date(user.modifiedAt),
  Enabled: user.enabled,
  UserStatus: user.status,
});
