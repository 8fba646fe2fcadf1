import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { errorCodes, type ErrorCode, type FieldErrorCode, fieldErrorCodes } from './error-codes.js';

/** The limits that a field must keep. */
export class FieldErrorParams {
  /** Of a number, or of a length in characters. */
  @IsOptional()
  @IsInt()
  minimum?: number;

  /** Of a number, of a length in characters, of a list, or of a profile in bytes. */
  @IsOptional()
  @IsInt()
  maximum?: number;

  /** The accepted values. */
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  choices?: string[];
}

/** One error of one field of a request. */
export class FieldError {
  /** The name of the field, or a dotted path; empty if the whole body is invalid. */
  @IsString()
  field!: string;

  @IsIn(fieldErrorCodes)
  code!: FieldErrorCode;

  /** Present if the rule has limits and they are known, such as `{ minimum: 8 }` of `too_short`. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FieldErrorParams)
  params?: FieldErrorParams;

  /** The error in the caller's language; follows the name of the field. */
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
