import { describe, expect, it } from '@jest/globals';
import { getMetadataStorage, ValidationTypes } from 'class-validator';
import fc from 'fast-check';
import * as contracts from '#contracts';
import { AppError } from '../errors/app-error.js';
import { violationOf, validateDto } from './validate-dto.js';

const {
  AwsAuthRequest,
  ChallengeRequest,
  ForgotPasswordRequest,
  ResetPasswordRequest,
  SignInRequest,
  TokensResponse,
} = contracts;

function refusal(type: new () => object, body: unknown): AppError {
  try {
    validateDto(type, body);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

const fields = (type: new () => object, body: unknown) =>
  refusal(type, body).errors?.map(({ field }) => field);

describe('validateDto', () => {
  it('returns an instance of the contract class with unchanged text', () => {
    const body = { email: ' Ada@Example.com ', password: '  two spaces  ' };
    const parsed = validateDto(SignInRequest, body);
    expect(parsed).toBeInstanceOf(SignInRequest);
    expect({ ...parsed }).toEqual(body);
  });

  it.each([[null], [[]], [[{ email: 'a@b.c' }]], ['text'], [7], [true]])('refuses %j as a body', (body) => {
    expect(refusal(SignInRequest, body).errors).toEqual([{ field: '', message: 'body.not_an_object' }]);
  });

  it('names every required field when there is no body', () => {
    expect(fields(SignInRequest, undefined)?.sort()).toEqual(['email', 'password']);
  });

  it.each([
    ['a number', 7],
    ['an array', ['ada@example.com']],
    ['an object', { $ne: null }],
    ['null', null],
    ['nothing', undefined],
    ['NUL', 'ada\u0000@example.com'],
    ['a lone surrogate', 'ada\ud800@example.com'],
    ['a line break', 'ada@example.com\r\nBcc: all@example.com'],
    ['no @', 'ada'],
    ['two @', 'a@b@c'],
    ['255 characters', `${'a'.repeat(243)}@example.com`],
  ])('names an e-mail that is %s', (_what, email) => {
    expect(fields(ForgotPasswordRequest, { email })).toEqual(['email']);
  });

  it.each([
    'ada+tag@example.com',
    '"with space"@example.com',
    'jürgen@exämple.de',
    ' spaced@example.com ',
    `${'a'.repeat(242)}@example.com`,
  ])('accepts the odd but valid address %s', (email) => {
    expect(validateDto(ForgotPasswordRequest, { email }).email).toBe(email);
  });

  it.each([['x'.repeat(257)], [''], [12345678], [['password']], [{}], ['nul\u0000'], ['\udc00']])(
    'names an invalid password',
    (password) => expect(fields(SignInRequest, { email: 'a@b.c', password })).toEqual(['password']),
  );

  it.each([
    [SignInRequest, 'password', 7, { message: 'field.not_text' }],
    [SignInRequest, 'password', 'nul\u0000', { message: 'field.not_storable' }],
    [SignInRequest, 'password', '', { message: 'field.blank' }],
    [SignInRequest, 'password', 'x'.repeat(257), { message: 'field.too_long', params: { maximum: 256 } }],
    [SignInRequest, 'email', 'ada', { message: 'field.not_an_email' }],
    [SignInRequest, 'email', undefined, { message: 'field.missing' }],
    [
      SignInRequest,
      'session',
      'x',
      { message: 'field.not_allowed', params: { choices: ['tokens', 'cookie'] } },
    ],
    [
      ResetPasswordRequest,
      'code',
      'x'.repeat(2049),
      { message: 'field.too_long', params: { maximum: 2048 } },
    ],
    [ChallengeRequest, 'answers', { code: 7 }, { message: 'field.not_a_text_map' }],
    [TokensResponse, 'expiresIn', 1.5, { message: 'field.not_a_whole_number' }],
  ])('reports the violated rule of %p.%s for %j', (type, field, value, violation) => {
    const { errors } = refusal(type, { [field]: value });
    expect(errors).toContainEqual({ field, ...violation });
  });

  it('has a message for every rule of every request', () => {
    const requests = Object.entries(contracts).filter(([name]) => name.endsWith('Request'));
    expect(requests.length).toBeGreaterThan(5);
    for (const [, type] of requests) {
      const request = type as new () => object;
      const rules = getMetadataStorage().getTargetValidationMetadatas(request, '', false, false);
      for (const { propertyName, name, type: kind } of rules) {
        if (kind !== ValidationTypes.CUSTOM_VALIDATION) continue;
        const { message } = violationOf(request, propertyName, name ?? '');
        expect({ propertyName, name, message }).not.toHaveProperty('message', 'field.invalid');
      }
    }
  });

  it('names unknown fields, truncated to 100 characters', () => {
    const name = 'x'.repeat(5000);
    const { errors } = refusal(SignInRequest, { email: 'a@b.c', password: 'x', [name]: 1 });
    expect(errors).toEqual([{ field: 'x'.repeat(100), message: 'field.unknown_field' }]);
  });

  it('throws only request.invalid for any input', () => {
    const types = fc.constantFrom(SignInRequest, ForgotPasswordRequest, ResetPasswordRequest, AwsAuthRequest);
    const known = fc.constantFrom(
      'email',
      'password',
      'code',
      'passwordConfirmation',
      'access_token',
      '__proto__',
      'toString',
    );
    fc.assert(
      fc.property(types, fc.oneof(fc.jsonValue(), fc.dictionary(known, fc.jsonValue())), (type, body) => {
        try {
          validateDto<object>(type, body);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect(error).toHaveProperty('code', 'request.invalid');
        }
      }),
    );
  });
});
