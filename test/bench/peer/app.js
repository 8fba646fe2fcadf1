/**
 * The stack that a team would write: Nest on Express, aws-jwt-verify in a guard, TypeORM's findOneBy. Runs in a folder with packages
 * of its own (start-peer.js). Arguments: port, settings. In plain JavaScript, which has no decorators.
 */
import 'reflect-metadata';
import { Controller, Get, Module, Req, UnauthorizedException, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { JwtRsaVerifier } from 'aws-jwt-verify';
import { EntitySchema } from 'typeorm';

const { jwk, issuer, clientId, databaseUrl } = JSON.parse(process.argv[3]);

const User = new EntitySchema({
  name: 'User',
  tableName: 'users',
  columns: {
    id: { type: 'bigint', primary: true },
    email: { type: 'varchar' },
    firstName: { type: 'varchar', name: 'first_name', nullable: true },
    lastName: { type: 'varchar', name: 'last_name', nullable: true },
    cognitoSub: { type: 'varchar', name: 'cognito_sub', nullable: true },
    disabledAt: { type: 'timestamptz', name: 'usher_disabled_at', nullable: true },
    roles: { type: 'varchar', name: 'usher_roles', array: true },
    profile: { type: 'jsonb', name: 'usher_profile' },
  },
});

/** CognitoJwtVerifier accepts issuers of AWS only. */
const verifier = JwtRsaVerifier.create({
  issuer,
  audience: null,
  jwksUri: `${issuer}/.well-known/jwks.json`,
  customJwtCheck: ({ payload }) => {
    if (payload.token_use !== 'access' || payload.client_id !== clientId) throw new Error('another token');
  },
});
verifier.cacheJwks({ keys: [jwk] });

class AccessTokenGuard {
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [scheme, token] = (request.headers.authorization ?? '').split(' ');
    if (scheme !== 'Bearer') throw new UnauthorizedException();
    try {
      request.user = await verifier.verify(token);
    } catch {
      throw new UnauthorizedException();
    }
    return true;
  }
}

class UsersController {
  constructor(users) {
    this.users = users;
  }

  async me(request) {
    const user = await this.users.findOneBy({ cognitoSub: request.user.sub });
    if (user === null || user.disabledAt !== null) throw new UnauthorizedException();
    const { id, email, firstName, lastName, roles, profile } = user;
    return { id: Number(id), email, firstName, lastName, roles, profile, permissions: [] };
  }
}
const me = Object.getOwnPropertyDescriptor(UsersController.prototype, 'me');
Get('me')(UsersController.prototype, 'me', me);
UseGuards(AccessTokenGuard)(UsersController.prototype, 'me', me);
Req()(UsersController.prototype, 'me', 0);
InjectRepository(User)(UsersController, undefined, 0);
Reflect.defineMetadata('design:paramtypes', [Object], UsersController);
Controller('users')(UsersController);

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: databaseUrl, entities: [User], poolSize: 10 }),
    TypeOrmModule.forFeature([User]),
  ],
  controllers: [UsersController],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.get(getRepositoryToken(User));
await app.listen(Number(process.argv[2]), '127.0.0.1');
process.send({});
