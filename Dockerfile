# Builds Portico and leaves the program alone in an image without a shell, to be run by an unprivileged user on a read-only
# root. Only /data is written to. docs/operating/install.md says how to run it.

FROM node:20 AS packages
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM golang:1.26 AS build
WORKDIR /source
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
COPY go.mod go.sum ./
RUN go mod download
COPY --from=packages /source/node_modules node_modules
COPY . .
RUN go run ./tools/assets
ARG VERSION=unknown
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/portico-api/portico/internal/platform/build.released=$VERSION" -o /out/portico ./cmd/portico
RUN mkdir /out/data

FROM gcr.io/distroless/static:nonroot
COPY --from=build /out/portico /portico
COPY --from=build --chown=nonroot:nonroot /out/data /data
ENV PORTICO_DATA_DIR=/data PORTICO_LISTEN=:8080 PORTICO_GATEWAY_LISTEN=:8081
USER nonroot
VOLUME /data
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s CMD ["/portico", "health"]
ENTRYPOINT ["/portico"]
CMD ["serve"]
