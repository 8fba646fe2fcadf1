import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { errorCodes, type ErrorCode } from './error-codes.js';

/** One error of one field of a request. */
export class FieldError {
  /** The name of the field, or a dotted path; empty if the whole body is invalid. */
  @IsString()
  field!: string;

  /** Present if the error of the field has its own code. */
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

  /** The error and what to do next, in the caller's language. */
  @IsString()
  detail!: string;

  @IsIn(errorCodes)
  code!: ErrorCode;

  /** Also in the `x-request-id` header and in all log lines of the request. */
  @IsString()
  requestId!: string;

  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => FieldError)
  errors?: FieldError[];

  /** Seconds to wait before a retry, equal to the `Retry-After` header; absent if a retry is useless. */
  @IsOptional()
  @IsInt()
  retryAfter?: number;
}
