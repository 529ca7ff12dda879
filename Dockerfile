# The system image: every process of the reference system, started by command, such as `node system/gateway/main.ts`.
# `npm run images` builds it and tells it the hash of the sources; without that label the Docker platform takes it for stale.
#
# The base is distroless `cc` with the Node of the lock file, not distroless `nodejs`: that one follows releases of its own,
# so that a figure measured in a container would come from another Node than one measured in a process.
ARG BUILDER_IMAGE=node:26-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILDER_IMAGE} AS builder
LABEL rag-testbed.stage="builder"
WORKDIR /project
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts
COPY harness/contract harness/contract
COPY harness/platform/docker/images harness/platform/docker/images
COPY system system
RUN node_modules/.bin/node harness/platform/docker/images/assemble.ts /image

# The stand-in is made of this last stage too, on an empty base and without the builder: see stand-ins/system.ts.
FROM ${RUNTIME_IMAGE}
COPY --from=builder /image/root/ /
COPY --from=builder --chown=65532:65532 /image/owned/ /
WORKDIR /app
USER 65532:65532
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    QDRANT__SERVICE__HOST=0.0.0.0 \
    QDRANT__STORAGE__STORAGE_PATH=/qdrant/storage \
    QDRANT__STORAGE__SNAPSHOTS_PATH=/qdrant/snapshots \
    MALLOC_MMAP_THRESHOLD_=65536 \
    MALLOC_TRIM_THRESHOLD_=131072
# A probe starts a Node of its own, about 0.1 s of processor time: seldom enough to cost a measurement nothing.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["node", "/app/system/runtime/healthcheck.ts"]
ARG ENGINE_VERSION
ARG SOURCES
LABEL rag-testbed.engine="rag-testbed" \
      rag-testbed.engine-version="${ENGINE_VERSION}" \
      rag-testbed.sources="${SOURCES}"
