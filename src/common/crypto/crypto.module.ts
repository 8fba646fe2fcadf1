import { Global, Module } from '@nestjs/common';
import { KeyRing } from './key-ring.js';
import { SealedBox } from './sealed-box.js';

/** Needs the namespace `secrets`. */
@Global()
@Module({ providers: [KeyRing, SealedBox], exports: [KeyRing, SealedBox] })
export class CryptoModule {}
