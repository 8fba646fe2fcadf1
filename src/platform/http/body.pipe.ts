import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { parseBody } from './parse-body.js';

/** Turns every `@Body()` and every whole `@Query()` into its contract class, or refuses it. Other arguments pass. */
@Injectable()
export class BodyPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type === 'query' && metatype !== undefined && metatype !== String) return parseBody(metatype, value);
    if (type !== 'body') return value;
    if (metatype === undefined || metatype === Object)
      throw new TypeError('A route takes a body without a contract class');
    return parseBody(metatype, value);
  }
}
