# syntax=docker/dockerfile:1

# The newest release that is maintained for years (nodejs.org/en/about/previous-releases); --build-arg takes another, from 20.19 on.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY docker/install.sh docker/
RUN docker/install.sh

FROM dependencies AS build
COPY . .
RUN docker/build.sh

FROM node:${NODE_VERSION}-bookworm-slim AS production-dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY docker/install-production.sh docker/
RUN docker/install-production.sh

# The pool's triggers, in AWS's own image: its runtime emulator answers on port 8080, and Lambda runs the same image.
FROM public.ecr.aws/lambda/nodejs:24 AS migration-lambda
WORKDIR /var/task
COPY --from=build /app/dist/images/migration-lambda ./
CMD ["index.handler"]

FROM node:${NODE_VERSION}-bookworm-slim AS base
ENV NODE_ENV=production
WORKDIR /app
COPY --from=production-dependencies /app/node_modules node_modules

# The stand-in for Cognito, which production has no use for.
FROM base AS user-pool
COPY --from=build /app/dist/images/user-pool ./
RUN mkdir data && chown 1000:1000 data
USER node
EXPOSE 9229
CMD ["node", "dist/apps/user-pool/src/main.js", "--host", "0.0.0.0"]

# The API and the operator's commands (node dist/src/cli/main.js). Nothing in it is writable to the account it runs as.
FROM base AS runtime
COPY --from=build /app/dist/images/runtime ./
USER node
EXPOSE 3000
# Whether the process answers, not whether PostgreSQL does: who restarts the unhealthy would end every process with it.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/api/main.js"]
