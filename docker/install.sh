#!/bin/sh
# Installs all dependencies.
set -eu
npm ci --no-audit --no-fund
