import { ValidateBy } from 'class-validator';

/** The key of a row of `users`: a number for integers from 1 to 2^53-1, else a string. */
export type UserId = number | string;

const longestId = 255;

/** A number, or a string of at most 255 characters where the key of an adopted table is no integer that JSON can hold. */
export function IsUserId(): PropertyDecorator {
  return ValidateBy({
    name: 'isUserId',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string'
          ? value.length <= longestId
          : Number.isSafeInteger(value) && Number(value) > 0,
      defaultMessage: () => '$property must be a positive integer or a string',
    },
  });
}

/** @returns the id as JSON has it: integers outside of 1 to 2^53-1 as a string */
export const toJsonId = (id: UserId): UserId =>
  typeof id === 'number' && (id < 1 || !Number.isSafeInteger(id)) ? String(id) : id;
