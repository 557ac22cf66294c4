# The targets people use. Everything a target needs, it makes first; only Node 20, npm and make are assumed.
.PHONY: demo test build ok bench samples notebooks fuzz nodes tools clean

NODE_OK := $(shell node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && echo yes)

node_modules/.stamp: package.json package-lock.json
	@[ "$(NODE_OK)" = yes ] || { echo "ktrace needs Node 20 or newer"; exit 1; }
	npm install --no-save --no-audit --no-fund
	@touch $@

SOURCES := $(shell find engine tracer analyze scripts -type f \( -name '*.ts' -o -name '*.mjs' -o -name '*.sql' \) 2>/dev/null)

dist/ktrace.cjs: node_modules/.stamp $(SOURCES)
	node scripts/build.mjs

build: dist/ktrace.cjs

demo: dist/ktrace.cjs
	@sh scripts/demo.sh

# gcc is not needed by the demo or the tests; without it the tests that compile something say that they are skipped.
samples: node_modules/.stamp
	@node scripts/samples.mjs

test: dist/ktrace.cjs samples
	node scripts/test.mjs

ok: node_modules/.stamp
	npm run ok

bench: dist/ktrace.cjs samples
	node scripts/bench.mjs

fuzz: dist/ktrace.cjs samples
	node scripts/fuzz.mjs

# Node 20, 22 and 24 side by side in build/nodes: recordings are compared between them.
nodes:
	@node scripts/nodes.mjs

# What some tests compare with; Debian's packages, needs root.
tools:
	apt-get install -y --no-install-recommends gcc libc6-dev strace qemu-user busybox-static musl-tools procps psmisc sqlite3 git xz-utils gawk perl python3 dash duckdb 2>/dev/null || \
	apt-get install -y --no-install-recommends gcc libc6-dev strace qemu-user busybox-static musl-tools procps psmisc sqlite3 git xz-utils gawk perl python3 dash

notebooks:
	apt-get install -y --no-install-recommends jupyter-nbconvert jupyter-client jupyter-notebook
	npm install --no-save --no-audit --no-fund tslab
	npx tslab install --python=/usr/bin/python3

clean:
	rm -rf dist build
