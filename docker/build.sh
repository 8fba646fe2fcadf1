#!/bin/sh
# Builds the programs, and collects below dist/images what each image holds besides node_modules.
set -eu
npm run build
images=dist/images
rm -rf "$images"
mkdir -p "$images/runtime/dist" "$images/user-pool/dist/apps" "$images/user-pool/dist/libs" "$images/migration-lambda"
for image in runtime user-pool; do cp package.json LICENSE "$images/$image/"; done
cp -R dist/libs dist/api dist/pages dist/src "$images/runtime/dist/"
cp -R dist/apps/user-pool "$images/user-pool/dist/apps/"
cp -R dist/libs/password-hashes "$images/user-pool/dist/libs/"
cp docker/pools.json "$images/user-pool/"
cp dist/migration-lambda/index.mjs "$images/migration-lambda/"
