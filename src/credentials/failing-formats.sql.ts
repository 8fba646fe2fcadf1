/** Users of a hash format whose legacy passwords were checked in the last 24 hours. */
export interface FailingFormat {
  /** The name of a scheme, such as `bcrypt_2a`. */
  format: string;
  users: number;
  /** Of these, users of whom at least one check was right. */
  right: number;
}

/** Formats of 20 or more users of whom less than 2 % were right. */
export const failingFormats = `
  SELECT format, count(*)::int AS users, (count(*) FILTER (WHERE was_right))::int AS "right"
  FROM usher.format_outcomes WHERE checked_at > now() - interval '24 hours'
  GROUP BY format
  HAVING count(*) >= 20 AND count(*) FILTER (WHERE was_right) < 0.02 * count(*)
  ORDER BY format`;
