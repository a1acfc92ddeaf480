#!/bin/sh
# Installs what the base lacks; a base that has everything needs no network.
set -eu
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need bash bash
need curl curl
need git git
need less less
need ps procps
need python3 python3-minimal
need rg ripgrep
need ssh openssh-client
need openssl openssl
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
if [ -n "$missing" ]; then
  if [ -s /tmp/build/extra-ca.pem ]; then
    printf 'Acquire::https::CaInfo "/tmp/build/extra-ca.pem";\n' > /etc/apt/apt.conf.d/99-extra-ca
  fi
  apt-get update
  # shellcheck disable=SC2086
  apt-get install -y --no-install-recommends $missing
  rm -rf /var/lib/apt/lists/* /etc/apt/apt.conf.d/99-extra-ca
fi
node --version
npm --version
