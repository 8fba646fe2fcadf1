/** Our record of a person, as the rest of the product sees it. Never carries a hash. */
export interface User {
  /** Our key. */
  id: number;
  email: string;
  firstName: string | null;
  lastName: string | null;
  roles: string[];
  /** Cognito's `sub`, once a sign-in has told us. A link that can be made again, not a key. */
  sub: string | null;
  disabled: boolean;
}

/** What the migration needs to know about a user who may not be in the pool yet. */
export interface LegacyAccount {
  user: User;
  /** The stored string of the old application; empty for people without a password. */
  passwordHash: string;
  /** The old application's own column. */
  authenticationHash: string | null;
  confirmed: boolean;
  /** Devise's lock, unless it has run out. */
  locked: boolean;
  /** In the pool for so long that no first sign-in can still be racing. */
  linkedForGood: boolean;
  /** `/aws/auth` said yes within the last seconds: Cognito is creating the user right now. */
  agreedJustNow: boolean;
  /** Somebody with this address was erased: it stays refused. */
  erased: boolean;
}
