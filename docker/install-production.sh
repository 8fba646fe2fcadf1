#!/bin/sh
# Installs the dependencies that the images hold.
set -eu
npm ci --omit=dev --no-audit --no-fund
# npm keeps TypeScript, an optional peer of @nestjs/swagger; it and what only a compiler or a debugger reads are more than half
# of the tree (docs/supply-chain.md).
rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver
find node_modules -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' ')' -delete
