# The server in an image. In this folder: `npm pack`, then `docker build --tag trainyard:0.1.0 .` (docs/scale.md).
FROM node:22-bookworm-slim AS install
WORKDIR /app
ENV TRAINYARD_CACHE=/app/cache
# The package's dependencies, in the versions that the tests ran with.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY trainyard-*.tgz ./
RUN tar --extract --gzip --no-same-owner --strip-components=1 --file trainyard-*.tgz && rm trainyard-*.tgz
# ONNX Runtime and libjpeg-turbo, and places where volumes may lie over a root that cannot be written.
RUN node bin/trainyard.mjs setup --for serve && rm -r cache/downloads && mkdir cache/adopted cache/page

FROM node:22-bookworm-slim
WORKDIR /app
COPY --from=install /app /app
ENV NODE_ENV=production TRAINYARD_CACHE=/app/cache TRAINYARD_HOST=0.0.0.0
# The user `node` of the base image, as a number: Kubernetes sees by it that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.TRAINYARD_PORT || 3000) + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/bin/trainyard.mjs"]
CMD ["serve"]
