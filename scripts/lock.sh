#!/bin/sh
# Regenerates requirements/*.lock from pyproject.toml. Needs the network; run it after a change of the dependencies
# and commit the result. "scripts/lock.sh --upgrade" takes the newest versions that pyproject.toml allows.
set -eu
cd "$(dirname "$0")/.."

compile() {
    output=$1
    shift
    .venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --quiet "$@" pyproject.toml -o "requirements/$output.lock"
}

compile dev --extra sandbox --group dev --group oracles "$@"
# The smaller sets take the versions of the large one, so that what was tested is what is installed.
compile sandbox --extra sandbox -c requirements/dev.lock
compile runtime -c requirements/dev.lock
