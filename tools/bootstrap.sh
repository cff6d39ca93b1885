#!/bin/sh
# Makes this clone ready to run on a fresh machine: a Python, a pinned uv in .tools, the locked environment in .venv.
# `make` calls it with one word: `env` (what the product needs) or `test-programs` (what the tests need beside it).
# It asks for nothing as root that it can do without, and says what to ask an administrator for where it cannot.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9

say() { printf '%s\n' "busyhour: $*" >&2; }
die() { say "$*"; exit 1; }

apt_install() {
    command -v apt-get >/dev/null || die "install $* with this system's package tool, then run make again"
    if [ "$(id -u)" != 0 ]; then
        die "this needs the system packages: $*
Ask the administrator to run: apt-get install $*
Then run make again."
    fi
    say "installing $* with apt"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

fitting_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        found=$(command -v "$name") || continue
        if "$found" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then
            echo "$found"
            return
        fi
    done
    return 1
}

make_tools() {
    [ -x .tools/bin/uv ] && [ "$(.tools/bin/uv --version | cut -d' ' -f2)" = "$UV_VERSION" ] && return
    python=$1
    # On Debian `venv` needs a package of its own; without it the folder that venv leaves is not complete.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install "$(basename "$(readlink -f "$python")")-venv"
    fi
    say "fetching uv $UV_VERSION into .tools"
    "$python" -m venv .tools
    .tools/bin/pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
}

sync_env() {
    # An index that pip was told of (a company's mirror) is honored; else the lock file's own is used.
    index=${PIP_INDEX_URL:-$(.tools/bin/pip config get global.index-url 2>/dev/null || true)}
    say "installing the locked packages into .venv and building the web page (a minute or two the first time)"
    export UV_PYTHON_DOWNLOADS=never
    if [ -z "$index" ]; then
        .tools/bin/uv sync --frozen --quiet --python "$1" --reinstall-package busyhour
        return
    fi
    [ -x .venv/bin/python ] || .tools/bin/uv venv --quiet --python "$1" .venv
    .tools/bin/uv export --frozen --quiet --no-emit-project --output-file .tools/locked.txt
    .tools/bin/uv pip sync --quiet --require-hashes --default-index "$index" .tools/locked.txt
    .tools/bin/uv pip install --quiet --no-deps --default-index "$index" --reinstall-package busyhour --editable .
}

prepare_env() {
    if ! python=$(fitting_python); then
        apt_install python3 python3-venv
        python=$(fitting_python) || die "Python 3.11 to 3.14 is needed; this system's package is older"
    fi
    make_tools "$python"
    sync_env "$python"
}

fetch_test_programs() {
    wanted=
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || wanted="$wanted chromium"
    command -v sipp >/dev/null || wanted="$wanted sip-tester"
    # shellcheck disable=SC2086 -- a list of names
    [ -z "$wanted" ] || apt_install $wanted
}

case ${1:-} in
env) prepare_env ;;
test-programs) fetch_test_programs ;;
*) die "usage: tools/bootstrap.sh env | test-programs" ;;
esac
