/** The application chooses the names of roles. */
const role = /^[a-z][a-z0-9_.:-]{0,63}$/;

/** Is this a valid name of a role? */
export const isRole = (value: unknown): value is string => typeof value === 'string' && role.test(value);
