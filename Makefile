# The portal's commands. `make` alone lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run build test check bench drill generate clean

GO       ?= go
NEED     := sh internal/tools/need.sh
TOOL     := $(GO) tool -modfile=internal/tools/go.mod

# Packages whose tests race on purpose: two approvals at once, two ballots at once.
RACE_PKGS ?= ./internal/pg/... ./internal/admission/... ./internal/refusal/... ./internal/grid/... ./internal/request/... ./internal/workorder/... ./internal/handoff/... ./internal/kiosk/...
# Where the random walks of `make test` begin: a red run can be repeated. `make drill` begins elsewhere each time.
WALK_SEED ?= 20261118
# Packages with models that walk at random, and rounds of `make drill`.
MODELS    ?= ./internal/grid ./internal/workorder ./internal/admission ./internal/geo ./internal/workday ./internal/sheet
WALKS     ?= 500
ROUNDS    ?= 50
# Folder of an unpacked vulnerability database, for `make check`; without one that step is left out.
VULNDB    ?=

# A throw-away server without durability, shared by all test packages.
WITH_TEST_DB := PORTAL_TEST=1 bin/portal with-db --

help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, start everything and serve (Ctrl-C ends all of it)
	@$(NEED) go postgres
	@$(MAKE) --no-print-directory build
	@exec bin/portal serve

build: ## build bin/portal
	@$(NEED) go
	@$(GO) build -buildvcs=false -trimpath -o bin/portal ./cmd/portal

test: ## every test, browser journeys included, on a real PostgreSQL
	@$(NEED) go postgres browser fonts compiler
	@$(MAKE) --no-print-directory build
	@$(WITH_TEST_DB) sh -c 'export RAPID_SEED=$(WALK_SEED); $(GO) test -timeout 20m ./...; all=$$?; \
		echo "race detector:"; CGO_ENABLED=1 $(GO) test -race -timeout 20m $(RACE_PKGS); race=$$?; \
		test $$all -eq 0 && test $$race -eq 0'

check: ## format, vet, generated files, linters, known vulnerabilities
	@$(NEED) go
	@echo "gofmt"; bad=$$(gofmt -l cmd internal web migrations); test -z "$$bad" || { echo "run gofmt -w on:" $$bad; exit 1; }
	@echo "go vet"; $(GO) vet ./...
	@echo "templ"; $(MAKE) --no-print-directory generate
	@git diff --exit-code --stat -- '*_templ.go' || { echo "generated files differ: commit them"; exit 1; }
	@new=$$(git ls-files --others --exclude-standard -- '*_templ.go'); test -z "$$new" || { echo "generated files are not committed:" $$new; exit 1; }
	@echo "golangci-lint (its first build takes minutes)"; $(TOOL) golangci-lint run
	@if [ -n "$(VULNDB)" ]; then echo "govulncheck"; $(TOOL) govulncheck -db "file://$(abspath $(VULNDB))" ./...; \
		else echo "govulncheck left out: VULNDB=folder names no database"; fi

bench: ## the portal beside the bare limit of the same machine, as ratios
	@$(NEED) go postgres browser fonts
	@$(MAKE) --no-print-directory build
	@PORTAL_DATA_DIR=.data/bench bin/portal with-db -- $(GO) test -run '^$$' -bench . -timeout 2h ./internal/bench/...

drill: ## long random walks of the models, then kill -9 of portal and database, many rounds (ROUNDS=50)
	@$(NEED) go postgres
	@$(MAKE) --no-print-directory build
	@$(WITH_TEST_DB) sh -c 'for p in $(MODELS); do $(GO) test -count=1 -timeout 2h $$p -rapid.checks=$(WALKS) || exit 1; done'
	@PORTAL_DRILL_ROUNDS=$(ROUNDS) $(GO) test -count=1 -v -run Drill -timeout 6h ./internal/drill/

generate: ## turn the .templ pages into Go
	@$(GO) tool templ generate

clean: ## remove what was built; the data folder stays
	@rm -rf bin
