import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';
import { parseCondition } from '../database/blocked-condition.js';

const parsed = ({ value }: { value: unknown }): unknown => {
  if (typeof value !== 'string') return value;
  const texts = value.split(',').map((text) => text.trim());
  return texts.join() === 'none' ? [] : texts.map(parseCondition);
};

/** Conditions such as `deleted_at, not active, status=banned`, or `none`. Whether the columns exist is checked at start. */
export function AreBlockedConditions(): PropertyDecorator {
  return (target, property) => {
    Transform(parsed)(target, property);
    ValidateBy({
      name: 'areBlockedConditions',
      validator: {
        validate: (value: unknown) => Array.isArray(value) && !value.includes(undefined),
        defaultMessage: () =>
          'must be "none" or comma-separated conditions such as deleted_at, not active or status=banned',
      },
    })(target, property);
  };
}
