import { invalidParameter } from '../wire/errors.js';

/** The attributes that a code can verify. */
export function readAddressName(name: string): 'email' | 'phone_number' {
  if (name === 'email' || name === 'phone_number') return name;
  throw invalidParameter(`The attribute ${name} cannot be verified.`);
}
