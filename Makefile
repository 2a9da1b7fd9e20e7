# make run and make test need no setup. See CONTRIBUTING.md.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DELETE_ON_ERROR:
.NOTPARALLEL:

LINTER_VERSION := v2.15.0
LINTER := .cache/golangci-lint-$(LINTER_VERSION)/golangci-lint

# Only these packages are tested with the race detector, because it makes tests several times slower.
RACED := ./internal/gateway/... ./internal/store/... ./internal/app/...

# If git refuses to read the repository, for example another user's in a container, the program has no version.
VERSIONED := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false)

PAGES := $(shell find internal/web -name '*.go' -o -name '*.templ' -o -path '*/islands/*' -type f -o -path '*/styles/*' -type f)

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

run: build ## build, then start a demo portal on 127.0.0.1:8080 and its gateway on 127.0.0.1:8081
	exec bin/portico demo

build: assets ## create bin/portico
	CGO_ENABLED=0 go build -trimpath -buildvcs=$(VERSIONED) -o bin/portico ./cmd/portico

test: setup build check-generated check-format lint check-types test-samples test-go test-browser ## set up what is missing and run every check that CI runs

release: assets ## create the files of a release in dist/release
	go run ./tools/release -version "$$(git describe --tags --always --dirty)"

bench: build ## measure the figures and print them as one table, ONLY=usage those of one area
	scripts/setup-github-document.sh
	missed=0; go run ./tools/bench -only "$(ONLY)" || missed=$$?; \
		[ -n "$(ONLY)" ] || node test/browser/figures.mjs; exit $$missed

bench-compare: node_modules/.package-lock.json ## compare the figures of the gateway and the reference with those of another commit, BASE=REVISION
	scripts/setup-github-document.sh
	go run ./tools/benchcompare -base "$(BASE)" -head "$(or $(HEAD),HEAD)" -rounds $(or $(ROUNDS),5)

screenshots: build ## retake the pictures of the README
	node test/browser/screenshots.mjs

fmt: ## format Go files and templates
	gofmt -w arch_test.go cmd internal tools
	go tool templ fmt internal/web

generate: ## generate the Go files of the templates
	go tool templ generate -path internal/web

setup: node_modules/.package-lock.json $(LINTER) ## install what the tests need
	@scripts/setup-system.sh
	@scripts/setup-github-document.sh

assets: internal/web/dist/manifest.json ## build the styles and scripts of the site

lint: $(LINTER)
	$(LINTER) run ./...

check-generated:
	@scripts/check-generated.sh

check-format:
	@scripts/check-format.sh

check-types: node_modules/.package-lock.json
	node_modules/.bin/tsc --project tsconfig.json

test-samples: ## run the code samples of the reference with the tools of their languages
	@scripts/test-samples.sh

# The gateway runs twice: its limits on memory allocations hold only without the race detector. No time limit here: a busy
# machine needs longer, and CI ends a run that hangs.
test-go: assets
	go test -race -timeout 0 $(RACED)
	go test -timeout 0 $$(go list ./... | grep -vE '/internal/(store|app)(/|$$)')

test-browser: build
	@scripts/test-browser.sh

# npm writes this file after it has installed everything.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@scripts/setup-tools.sh
	npm ci
	touch $@

internal/web/dist/manifest.json: node_modules/.package-lock.json $(PAGES) $(wildcard tools/assets/*)
	go run ./tools/assets

$(LINTER):
	@echo "setup: building golangci-lint $(LINTER_VERSION)"
	GOBIN=$(CURDIR)/$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)

.PHONY: help run build test release bench bench-compare screenshots fmt generate setup assets lint check-generated check-format check-types test-samples test-go test-browser
