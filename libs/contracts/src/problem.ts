import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { errorCodes, type ErrorCode } from './error-codes.js';

/** One thing that is wrong with one field of a request. */
export class FieldError {
  /** The field's name, or a dotted path; empty when the body as a whole is wrong. */
  @IsString()
  field!: string;

  /** Where the field's fault has a code of its own. */
  @IsOptional()
  @IsIn(errorCodes)
  code?: ErrorCode;

  @IsString()
  message!: string;
}

/** `application/problem+json` (RFC 9457) with our extensions. */
export class Problem {
  /** `urn:usher:problem:` and the code. */
  @IsString()
  type!: string;

  @IsString()
  title!: string;

  @IsInt()
  status!: number;

  /** What happened and what to do next, in the caller's language. */
  @IsString()
  detail!: string;

  @IsIn(errorCodes)
  code!: ErrorCode;

  /** Also in the `x-request-id` header and in every log line of the request. */
  @IsString()
  requestId!: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => FieldError)
  errors?: FieldError[];

  /** Seconds, where waiting helps; the same as the `Retry-After` header. */
  @IsOptional()
  @IsInt()
  retryAfter?: number;
}
