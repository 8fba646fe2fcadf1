# syntax=docker/dockerfile:1

# The newest release that is maintained for years (nodejs.org/en/about/previous-releases); --build-arg takes another, from 20.19 on.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund

FROM dependencies AS build
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY apps apps
COPY src src
RUN npm run build

FROM node:${NODE_VERSION}-bookworm-slim AS production-dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm keeps TypeScript, an optional peer of @nestjs/swagger; it and what only a compiler or a debugger reads are more than half
# of the tree (docs/supply-chain.md).
RUN npm ci --omit=dev --no-audit --no-fund \
  && rm -rf node_modules/typescript node_modules/.bin/tsc node_modules/.bin/tsserver \
  && find node_modules -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' ')' -delete

# The pool's triggers, in AWS's own image: its runtime emulator answers on port 8080, and Lambda runs the same image.
FROM public.ecr.aws/lambda/nodejs:24 AS migration-lambda
WORKDIR /var/task
COPY --from=build /app/dist/migration-lambda/index.mjs ./
CMD ["index.handler"]

FROM node:${NODE_VERSION}-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=production-dependencies /app/node_modules node_modules

# The stand-in for Cognito, which production has no use for.
FROM base AS user-pool
COPY --from=build /app/dist/apps/user-pool dist/apps/user-pool
COPY docker/pools.json ./
RUN mkdir data && chown 1000:1000 data
USER node
EXPOSE 9229
CMD ["node", "dist/apps/user-pool/src/main.js", "--host", "0.0.0.0"]

# The API and the operator's commands (node dist/src/cli/main.js). Nothing in it is writable to the account it runs as.
FROM base AS runtime
COPY --from=build /app/dist/libs dist/libs
COPY --from=build /app/dist/api dist/api
COPY --from=build /app/dist/src dist/src
USER node
EXPOSE 3000
# Whether the process answers, not whether PostgreSQL does: who restarts the unhealthy would end every process with it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/api/main.js"]
