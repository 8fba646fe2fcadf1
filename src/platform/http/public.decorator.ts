import { SetMetadata } from '@nestjs/common';

export const publicRoute = 'usher:public';

/** Opens a route to callers without an access token. Every route is closed without it. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(publicRoute, true);
