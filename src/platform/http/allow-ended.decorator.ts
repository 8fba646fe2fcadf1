import { SetMetadata } from '@nestjs/common';

export const allowEnded = 'usher:allow-ended';

/** Lets a caller with a valid access token in whose session has ended already. The token itself must still be good. */
export const AllowEnded = (): MethodDecorator & ClassDecorator => SetMetadata(allowEnded, true);
