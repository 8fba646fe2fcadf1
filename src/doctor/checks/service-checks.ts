import type { Check } from '../check.js';
import { acmeCertificates, servedCertificate } from './certificates.js';
import { cognitoClock, databaseClock } from './clocks.js';
import { databaseSchema } from './database-schema.js';
import {
  databaseConnections,
  databaseEncoding,
  databaseReachable,
  databaseReadOnly,
  databaseVersion,
} from './database-server.js';
import { edgeReachable, publicUrl } from './edge-address.js';
import { cookieSite, originScheme } from './edge-origins.js';
import { trustedProxies } from './edge-proxies.js';
import { functionApiUrl } from './function-api-url.js';
import { functionExists, functionRegion } from './function-exists.js';
import { functionLegacyId } from './function-legacy-id.js';
import { functionMemory } from './function-memory.js';
import { functionNetwork } from './function-network.js';
import { functionPolicy } from './function-policy.js';
import { functionReachability } from './function-reachability.js';
import { functionRuntime } from './function-runtime.js';
import { functionState } from './function-state.js';
import { functionTimeout } from './function-timeout.js';
import { functionToken } from './function-token.js';
import { mailConfigured, mailOverdue, mailServer } from './mail.js';
import { sourceLookup } from './source-lookup.js';
import { sharedAddresses, unknownHashes, unreadTables } from './source-people.js';
import { sourceSync } from './source-sync.js';

/** The migration Lambda and what Usher uses besides Cognito. */
export const serviceChecks: readonly Check[] = [
  ...[functionRegion, functionExists, functionPolicy, functionState, functionTimeout, functionMemory],
  ...[
    functionRuntime,
    functionNetwork,
    functionApiUrl,
    functionToken,
    functionLegacyId,
    functionReachability,
  ],
  ...[databaseReachable, databaseVersion, databaseEncoding, databaseReadOnly, databaseConnections],
  ...[databaseSchema, sourceLookup, sourceSync, sharedAddresses, unknownHashes, unreadTables],
  ...[mailConfigured, mailServer, mailOverdue, servedCertificate, acmeCertificates],
  ...[publicUrl, edgeReachable, trustedProxies, cookieSite, originScheme, databaseClock, cognitoClock],
];
