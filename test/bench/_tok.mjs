import { startTokenPool } from './parts/tokens.js';
import { spawnSync, spawn } from 'node:child_process';
const { jwk, issuer, clientId, idToken, close } = await startTokenPool();
const c = spawn(process.execPath, ['--cpu-prof','--cpu-prof-dir=/tmp/hbprof/tok','test/bench/parts/token-verifier.js', JSON.stringify({ jwk, issuer, clientId, token: idToken() })], {stdio:['inherit','inherit','inherit','ipc']});
c.once('message', () => { c.once('message', (m) => { console.log(m); c.disconnect(); close(); }); c.send({ name: 'ours', times: 30000 }); });
