import type { Check } from '../check.js';
import { existingFunction, updateFunction } from '../trigger-function.js';

/** Migrations of the days after a change of the function. The counts are maintained. */
const migrationsSince = `
  SELECT coalesce(sum(people), 0)::int AS people FROM usher.migration_counts WHERE state = 'migrated' AND day > $1::date`;

/** A function in a VPC has no public address. What the VPC's routes lead to is not read; a migration shows it. */
export const functionNetwork: Check = {
  id: 'function.network',
  area: 'function',
  atStart: true,
  async find(facts) {
    const { VpcConfig, LastModified } = await existingFunction(facts);
    if ((VpcConfig?.SubnetIds ?? []).length === 0) return undefined;
    const [migrated] = await facts.query<{ people: number }>(migrationsSince, [LastModified?.slice(0, 10)]);
    if (migrated && migrated.people > 0) return undefined;
    return {
      severity: 'warning',
      title: `The migration Lambda is in ${VpcConfig?.VpcId ?? 'a VPC'}, and nobody has migrated since it was changed.`,
      effect:
        'Without a route from its subnets to MIGRATION_API_URL, such as a NAT gateway for a public address, no legacy user can migrate. The first migration on a later day ends this warning.',
      remedy: await updateFunction(facts, ['--vpc-config', 'SubnetIds=[],SecurityGroupIds=[]']),
      changeable: true,
    };
  },
};
